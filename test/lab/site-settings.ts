import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { madeAuthority } from '../certificates.js';
import { profileOf } from '../../src/cluster/versions.js';

const audit = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata }]\n';
const encryption = `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers: [{ secretbox: { keys: [{ name: of-the-site, secret: ${Buffer.alloc(32, 'k').toString('base64')} }] } }]
`;

/** An image that is there already, as nobody has another one in this site. */
const addOn = (image: string): string => `apiVersion: v1
kind: Namespace
metadata: { name: site }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: site }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: ${image}, imagePullPolicy: Never }] }
`;

const settings = `
addons: [{ name: site, file: add-on.yaml }]
networking: { kubeProxyMode: iptables }
containerd: { root: /var/lib/containerd/of-the-site }
etcd: { dataDir: /var/lib/etcd/of-the-site, quotaBackendBytes: 4294967296 }
certificates:
  ca: { cert: ca.crt, key: file:ca.key }
  etcdCA: { cert: etcd-ca.crt, key: file:etcd-ca.key }
apiServer: { certSANs: [api.example.org, 203.0.113.7] }
pools: { gpu: { labels: { gpu: 'yes' }, kubelet: { maxPods: 50 } } }
kubeadm:
  ClusterConfiguration:
    encryptionAlgorithm: ECDSA-P256
    apiServer:
      extraArgs:
        - { name: audit-policy-file, value: /etc/kubernetes/audit.yaml }
        - { name: audit-log-path, value: /var/log/kubernetes/audit.log }
        - { name: encryption-provider-config, value: /etc/kubernetes/encryption.yaml }
      extraVolumes:
        - { name: audit, hostPath: /etc/kubernetes/audit.yaml, mountPath: /etc/kubernetes/audit.yaml, readOnly: true, pathType: File }
        - { name: encryption, hostPath: /etc/kubernetes/encryption.yaml, mountPath: /etc/kubernetes/encryption.yaml, readOnly: true, pathType: File }
        - { name: audit-log, hostPath: /var/log/kubernetes, mountPath: /var/log/kubernetes, pathType: DirectoryOrCreate }
  KubeProxyConfiguration: { metricsBindAddress: "0.0.0.0:10249" }
patches:
  kube-scheduler0+merge.yaml: { metadata: { annotations: { example.org/patched: "yes" } } }
files:
  - { path: /etc/kubernetes/audit.yaml, content: ${JSON.stringify(audit)} }
  - { path: /etc/kubernetes/encryption.yaml, from: encryption.yaml }
  - { path: /etc/site/motd, content: "hello\\n", mode: "0644", owner: nobody, on: nodes }
`;

/** Puts settings into a lab's spec that only some sites have: an endpoint on every node, kubeadm's own, files, a pool, authorities. */
export function addSiteSettings(spec: string): void {
  writeFileSync(join(dirname(spec), 'encryption.yaml'), encryption, { mode: 0o600 });
  for (const name of ['ca', 'etcd-ca']) {
    const { cert, key } = madeAuthority({ more: ['-days', '400'] });
    writeFileSync(join(dirname(spec), `${name}.crt`), cert);
    writeFileSync(join(dirname(spec), `${name}.key`), key, { mode: 0o600 });
  }
  const { pause } = profileOf({ kubernetesVersion: 'v1.37.2' });
  writeFileSync(join(dirname(spec), 'add-on.yaml'), addOn(`registry.k8s.io/pause:${pause}`));
  const text = readFileSync(spec, 'utf8')
    .replace(/^controlPlaneEndpoint: .*/m, 'controlPlaneEndpoint: { type: local }')
    .replace('name: m1,', 'name: m1, annotations: { example.org/rack: r 1 },')
    .replace('name: w1,', "name: w1, pool: gpu, taints: [{ key: gpu, value: 'yes', effect: PreferNoSchedule }],");
  writeFileSync(spec, `${text}${settings}`);
}

const etcdctl =
  'etcdctl --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key';

/** What shows on a host that a setting is in force: its command, and what it says. */
export const inForce: Readonly<Record<string, readonly [host: string, command: string, says: RegExp]>> = {
  'encryption at rest': [
    'm1',
    `${etcdctl} get --prefix /registry/secrets/default/site`,
    /k8s:enc:secretbox:v1:of-the-site/,
  ],
  'an audit log': ['m1', 'tail -n 1 /var/log/kubernetes/audit.log', /"kind":"Event".*"level":"Metadata"/],
  'a patch': ['m1', 'cat /etc/kubernetes/manifests/kube-scheduler.yaml', /example\.org\/patched: "?yes/],
  'further names and another kind of key': [
    'm1',
    'openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -text',
    /id-ecPublicKey.*DNS:api\.example\.org.*IP Address:203\.0\.113\.7/s,
  ],
  'a file of another user': ['w1', "stat -c '%U:%G %a' /etc/site/motd", /^nobody:nogroup 644$/m],
  'a secret file': ['m1', "stat -c '%U:%G %a' /etc/kubernetes/encryption.yaml", /^root:root 600$/m],
  'an add-on of its own file': [
    'm1',
    'kubectl --kubeconfig /etc/kubernetes/admin.conf -n site get deployment web',
    /^web +1\/1 /m,
  ],
  'a folder for containers': ['w1', 'ls /var/lib/containerd', /^of-the-site$/m],
  'a folder for etcd’s data': ['m1', 'ls /var/lib/etcd', /^of-the-site\n$/],
  'an authority of the site': [
    'm1',
    'for name in apiserver etcd/server; do openssl x509 -in /etc/kubernetes/pki/$name.crt -noout -issuer; done',
    /^(issuer=CN ?= ?of the site\n){2}$/,
  ],
  'etcd’s quota': ['m1', "tr '\\0' ' ' </proc/$(pgrep -x etcd)/cmdline", /--quota-backend-bytes=4294967296 /],
  'an endpoint of the node’s own': ['w1', 'cat /etc/kubernetes/kubelet.conf', /server: https:\/\/127\.0\.0\.1:8443$/m],
};
