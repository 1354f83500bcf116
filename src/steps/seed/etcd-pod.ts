import type { Cluster, Machine } from '../../cluster/cluster.js';
import { imageName } from '../../cluster/image-names.js';
import { etcdHasTls } from '../../cluster/seed-profile.js';
import { seedVersions } from '../../cluster/seed-versions.js';
import { stream } from '../control-plane/kubeadm-documents.js';
import { clientUrl, foundingOf, peerUrl } from '../etcd/manifest.js';
import type { WantedFile } from '../wanted-file.js';

const pki = '/etc/kubernetes/pki/etcd';

/** Who proves himself by what; the seed’s own members ask nobody. */
const proofs = [
  `--cert-file=${pki}/server.crt`,
  `--key-file=${pki}/server.key`,
  `--trusted-ca-file=${pki}/ca.crt`,
  '--client-cert-auth=true',
  `--peer-cert-file=${pki}/peer.crt`,
  `--peer-key-file=${pki}/peer.key`,
  `--peer-trusted-ca-file=${pki}/ca.crt`,
  '--peer-client-cert-auth=true',
];

/**
 * One member as a static pod, of the form in which kubeadm 1.9 writes its local one (phases/etcd/local.go), with peers. The
 * seed names its manifest in line 134 and does not show it.
 */
export function etcdPod(cluster: Cluster, machine: Machine, path: string, founding = foundingOf(cluster)): WantedFile {
  const { quotaBackendBytes, dataDir: data } = cluster.etcd;
  const hasTls = etcdHasTls(cluster);
  const loopback = clientUrl(cluster, { address: '127.0.0.1' });
  const command = [
    'etcd',
    `--name=${machine.name}`,
    `--data-dir=${data}`,
    `--listen-client-urls=${loopback},${clientUrl(cluster, machine)}`,
    `--advertise-client-urls=${clientUrl(cluster, machine)}`,
    `--listen-peer-urls=${peerUrl(cluster, machine)}`,
    `--initial-advertise-peer-urls=${peerUrl(cluster, machine)}`,
    ...founding,
    ...(quotaBackendBytes === undefined ? [] : [`--quota-backend-bytes=${quotaBackendBytes}`]),
    ...(hasTls ? proofs : []),
  ];
  const folders = [{ name: 'etcd', path: data }, ...(hasTls ? [{ name: 'etcd-certs', path: pki }] : [])];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'etcd',
      namespace: 'kube-system',
      annotations: { 'scheduler.alpha.kubernetes.io/critical-pod': '' },
      labels: { component: 'etcd', tier: 'control-plane' },
    },
    spec: {
      hostNetwork: true,
      containers: [
        {
          name: 'etcd',
          image: imageName(cluster, `etcd-amd64:${seedVersions.etcd}`),
          imagePullPolicy: 'IfNotPresent',
          command,
          // The kubelet shows no certificate: of members that want one it asks whether anybody listens.
          livenessProbe: {
            ...(hasTls
              ? { tcpSocket: { host: '127.0.0.1', port: 2379 } }
              : { httpGet: { host: '127.0.0.1', path: '/health', port: 2379, scheme: 'HTTP' } }),
            initialDelaySeconds: 15,
            timeoutSeconds: 15,
            failureThreshold: 8,
          },
          volumeMounts: folders.map((one) => ({ name: one.name, mountPath: one.path })),
        },
      ],
      volumes: folders.map((one) => ({ name: one.name, hostPath: { path: one.path, type: 'DirectoryOrCreate' } })),
    },
  };
  return { path, content: stream(pod), mode: '600' };
}
