import type { Cluster, Machine } from '../../cluster/cluster.js';
import { imageName } from '../../cluster/image-names.js';
import { loopbacks } from '../../cluster/families.js';
import { inUrl } from '../../cluster/ip.js';
import { etcdHosts } from '../../cluster/roles.js';
import { etcdHasTls } from '../../cluster/seed-profile.js';
import { profileOf } from '../../cluster/versions.js';
import { stream } from '../control-plane/kubeadm-documents.js';
import type { WantedFile } from '../wanted-file.js';

const pki = '/etc/kubernetes/pki/etcd';
/** By this kubeadm finds the members on the API, to upgrade, join and reset them (kubeadm, util/etcd). */
const advertised = 'kubeadm.kubernetes.io/etcd.advertise-client-urls';

type Addressed = Pick<Machine, 'address'>;
const scheme = (cluster: Cluster): string => (etcdHasTls(cluster) ? 'https' : 'http');
export const peerUrl = (cluster: Cluster, { address }: Addressed): string =>
  `${scheme(cluster)}://${inUrl(address)}:2380`;
export const clientUrl = (cluster: Cluster, { address }: Addressed): string =>
  `${scheme(cluster)}://${inUrl(address)}:2379`;
export const clientUrls = (cluster: Cluster): string[] =>
  etcdHosts(cluster).map((machine) => clientUrl(cluster, machine));

/** What etcd reads at its first start only (etcd.io, configuration options, clustering). */
export const foundingOf = (cluster: Cluster): string[] => [
  `--initial-cluster=${etcdHosts(cluster)
    .map((machine) => `${machine.name}=${peerUrl(cluster, machine)}`)
    .join(',')}`,
  `--initial-cluster-token=${cluster.name}`,
  '--initial-cluster-state=new',
];

/** The same as a manifest has it, whoever wrote it. */
export const foundingIn = (manifest: string): string[] =>
  [...manifest.matchAll(/--initial-cluster(?:-token|-state)?=[^"\n]*/g)].map(([flag]) => flag);

/** The folder of the data that a manifest names, whoever wrote it. */
export const dataDirIn = (manifest: string): string | undefined => /--data-dir=([^"\s]+)/.exec(manifest)?.[1];

/**
 * One member as a static pod of the kubelet, as kubeadm itself writes it (kubeadm, phases/etcd/local.go), so that kubeadm
 * can take it over.
 */
export function etcdManifest(
  cluster: Cluster,
  machine: Machine,
  path: string,
  founding = foundingOf(cluster),
): WantedFile {
  const { quotaBackendBytes, dataDir: data } = cluster.etcd;
  const listened = [...loopbacks(machine), machine.address].map((address) => clientUrl(cluster, { address }));
  const command = [
    'etcd',
    `--advertise-client-urls=${clientUrl(cluster, machine)}`,
    `--cert-file=${pki}/server.crt`,
    '--client-cert-auth=true',
    `--data-dir=${data}`,
    '--feature-gates=InitialCorruptCheck=true',
    `--initial-advertise-peer-urls=${peerUrl(cluster, machine)}`,
    ...founding,
    `--key-file=${pki}/server.key`,
    `--listen-client-urls=${listened.join(',')}`,
    '--listen-metrics-urls=http://127.0.0.1:2381',
    `--listen-peer-urls=${peerUrl(cluster, machine)}`,
    `--name=${machine.name}`,
    `--peer-cert-file=${pki}/peer.crt`,
    '--peer-client-cert-auth=true',
    `--peer-key-file=${pki}/peer.key`,
    `--peer-trusted-ca-file=${pki}/ca.crt`,
    ...(quotaBackendBytes === undefined ? [] : [`--quota-backend-bytes=${quotaBackendBytes}`]),
    '--snapshot-count=10000',
    `--trusted-ca-file=${pki}/ca.crt`,
    '--watch-progress-notify-interval=5s',
  ];
  const probe = (probed: string, more: object): object => ({
    httpGet: { host: '127.0.0.1', path: probed, port: 'probe-port', scheme: 'HTTP' },
    timeoutSeconds: 15,
    ...more,
  });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'etcd',
      namespace: 'kube-system',
      annotations: { [advertised]: clientUrl(cluster, machine) },
      labels: { component: 'etcd', tier: 'control-plane' },
    },
    spec: {
      hostNetwork: true,
      priority: 2_000_001_000,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'etcd',
          image: imageName(cluster, `etcd:${profileOf(cluster).etcd}`),
          imagePullPolicy: 'IfNotPresent',
          command,
          ports: [{ name: 'probe-port', containerPort: 2381, protocol: 'TCP' }],
          resources: { requests: { cpu: '100m', memory: '100Mi' } },
          livenessProbe: probe('/livez', { failureThreshold: 8, initialDelaySeconds: 10, periodSeconds: 10 }),
          readinessProbe: probe('/readyz', { failureThreshold: 3, periodSeconds: 1 }),
          startupProbe: probe('/readyz', { failureThreshold: 24, initialDelaySeconds: 10, periodSeconds: 10 }),
          volumeMounts: [
            { name: 'etcd-data', mountPath: data },
            { name: 'etcd-certs', mountPath: pki },
          ],
        },
      ],
      volumes: [
        { name: 'etcd-certs', hostPath: { path: pki, type: 'DirectoryOrCreate' } },
        { name: 'etcd-data', hostPath: { path: data, type: 'DirectoryOrCreate' } },
      ],
    },
  };
  return { path, content: stream(pod), mode: '600' };
}

/**
 * What a member's manifest is wanted to be and is not, in words. Its peers are no difference, for they are read at the
 * first start only; nor is what kubeadm has added or laid out its own way.
 */
export function changesOf(found: string, wanted: string): string[] {
  const now = settings(found);
  return [...settings(wanted)]
    .filter(([name, value]) => now.get(name) !== value)
    .map(([name, value]) => `etcd’s ${name} is ${now.get(name) ?? 'not set'}, not ${value}`);
}

/** Image, advertised URL and flags, out of kha's JSON or kubeadm's YAML. */
function settings(manifest: string): Map<string, string> {
  const value = (name: string): string[][] =>
    [...manifest.matchAll(new RegExp(`"?${name}"?: *"?([^"\\s]+?)"?,?$`, 'gm'))].map(([, found = '']) => [name, found]);
  const flags = [...manifest.matchAll(/--([a-z-]+)=([^"\n]*)/g)]
    .map(([, name = '', found = '']) => [name, found])
    .filter(([name = '']) => !/^initial-cluster/.test(name));
  return new Map([...value('image'), ...value(advertised), ...flags] as [string, string][]);
}
