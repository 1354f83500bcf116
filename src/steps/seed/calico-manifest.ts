import type { Cluster } from '../../cluster/cluster.js';
import { podSubnetOf } from '../../cluster/families.js';
import { imageName } from '../../cluster/image-names.js';
import { etcdHosts } from '../../cluster/roles.js';
import { encapsulationOf, etcdHasTls } from '../../cluster/seed-profile.js';
import { seedVersions } from '../../cluster/seed-versions.js';
import { stream } from '../control-plane/kubeadm-documents.js';
import { clientUrl } from '../etcd/manifest.js';
import { calicoFolder } from '../manifests.js';
import type { WantedFile } from '../wanted-file.js';
import { account, namespace, roleOf } from './calico-roles.js';
import { etcdSecret } from './calico-secret.js';

const secrets = '/calico-secrets';

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

const image = (cluster: Cluster, name: keyof typeof seedVersions.calico): string =>
  imageName(cluster, `calico/${name}:${seedVersions.calico[name]}`);

/** Seed, line 205: one member alone, as Calico of the time lost routes with several. */
const etcdEndpoint = (cluster: Cluster): string => clientUrl(cluster, etcdHosts(cluster)[0]!);

const ofEtcd = (cluster: Cluster): Variable[] => [
  { name: 'ETCD_ENDPOINTS', value: etcdEndpoint(cluster) },
  ...(etcdHasTls(cluster)
    ? [
        { name: 'ETCD_CA_CERT_FILE', value: `${secrets}/etcd-ca` },
        { name: 'ETCD_CERT_FILE', value: `${secrets}/etcd-cert` },
        { name: 'ETCD_KEY_FILE', value: `${secrets}/etcd-key` },
      ]
    : []),
];

const variables = (all: Readonly<Record<string, string>>): Variable[] =>
  Object.entries(all).map(([name, value]) => ({ name, value }));

const ofNode = (cluster: Cluster): Variable[] => [
  ...ofEtcd(cluster),
  ...['NODENAME', 'CALICO_K8S_NODE_REF'].map((name) => ({
    name,
    valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } },
  })),
  ...variables({
    CALICO_NETWORKING_BACKEND: 'bird',
    CALICO_DISABLE_FILE_LOGGING: 'true',
    CLUSTER_TYPE: 'k8s,bgp',
    CALICO_IPV4POOL_CIDR: podSubnetOf(cluster, 4) ?? cluster.networking.podSubnet,
    CALICO_IPV4POOL_IPIP: encapsulationOf(cluster) === 'ipip' ? 'Always' : 'Off',
    IP: 'autodetect',
    // The interface towards etcd: of several, Calico would take the first that it finds.
    IP_AUTODETECTION_METHOD: `can-reach=${etcdHosts(cluster)[0]!.address}`,
    FELIX_DEFAULTENDPOINTTOHOSTACTION: 'ACCEPT',
    FELIX_IPV6SUPPORT: 'false',
    FELIX_LOGSEVERITYSCREEN: 'info',
    FELIX_HEALTHENABLED: 'true',
    ...(cluster.networking.calico.mtu === undefined ? {} : { FELIX_IPINIPMTU: String(cluster.networking.calico.mtu) }),
  }),
];

/** What the CNI plugins are told; the installer puts its own values in place of the names in underscores. */
const plugins = (cluster: Cluster): string =>
  JSON.stringify({
    name: 'k8s-pod-network',
    cniVersion: '0.3.0',
    plugins: [
      {
        type: 'calico',
        etcd_endpoints: '__ETCD_ENDPOINTS__',
        etcd_key_file: '__ETCD_KEY_FILE__',
        etcd_cert_file: '__ETCD_CERT_FILE__',
        etcd_ca_cert_file: '__ETCD_CA_CERT_FILE__',
        log_level: 'info',
        mtu: cluster.networking.calico.mtu ?? 1500,
        ipam: { type: 'calico-ipam' },
        policy: { type: 'k8s' },
        kubernetes: { kubeconfig: '__KUBECONFIG_FILEPATH__' },
      },
      { type: 'portmap', snat: true, capabilities: { portMappings: true } },
    ],
  });

const folders = {
  'lib-modules': ['/lib/modules', '/lib/modules'],
  'var-run-calico': ['/var/run/calico', '/var/run/calico'],
  'var-lib-calico': ['/var/lib/calico', '/var/lib/calico'],
  'cni-bin-dir': ['/opt/cni/bin', '/host/opt/cni/bin'],
  'cni-net-dir': ['/etc/cni/net.d', '/host/etc/cni/net.d'],
} as const;
const mounts = (...names: (keyof typeof folders)[]): object[] => [
  ...names.map((name) => ({
    name,
    mountPath: folders[name][1],
    ...(name === 'lib-modules' ? { readOnly: true } : {}),
  })),
];
const secretMount = (cluster: Cluster): object[] =>
  etcdHasTls(cluster) ? [{ name: 'etcd-certs', mountPath: secrets }] : [];
/** The installer copies it to the host with the mode that it has here: JSON has no octal numbers. */
const secretVolume = (cluster: Cluster): object[] =>
  etcdHasTls(cluster) ? [{ name: 'etcd-certs', secret: { secretName: etcdSecret, defaultMode: 0o400 } }] : [];

const probed = (path: string, more: object): object => ({ httpGet: { path, port: 9099 }, periodSeconds: 10, ...more });

function node(cluster: Cluster): object {
  return workload('DaemonSet', 'calico-node', {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
    template: {
      metadata: { labels: { 'k8s-app': 'calico-node' } },
      spec: {
        hostNetwork: true,
        tolerations: [{ operator: 'Exists' }],
        serviceAccountName: 'calico-node',
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'calico-node',
            image: image(cluster, 'node'),
            imagePullPolicy: 'IfNotPresent',
            env: ofNode(cluster),
            securityContext: { privileged: true },
            livenessProbe: probed('/liveness', { initialDelaySeconds: 10, failureThreshold: 6 }),
            readinessProbe: probed('/readiness', {}),
            volumeMounts: [...mounts('lib-modules', 'var-run-calico', 'var-lib-calico'), ...secretMount(cluster)],
          },
          {
            name: 'install-cni',
            image: image(cluster, 'cni'),
            imagePullPolicy: 'IfNotPresent',
            command: ['/install-cni.sh'],
            env: [
              ...ofEtcd(cluster).slice(0, 1),
              ...variables({ CNI_CONF_NAME: '10-calico.conflist', CNI_NETWORK_CONFIG: plugins(cluster) }),
            ],
            volumeMounts: [...mounts('cni-bin-dir', 'cni-net-dir'), ...secretMount(cluster)],
          },
        ],
        volumes: [
          ...Object.entries(folders).map(([name, [path]]) => ({ name, hostPath: { path } })),
          ...secretVolume(cluster),
        ],
      },
    },
  });
}

const controllers = (cluster: Cluster): object =>
  workload('Deployment', 'calico-kube-controllers', {
    replicas: 1,
    strategy: { type: 'Recreate' },
    template: {
      metadata: { labels: { 'k8s-app': 'calico-kube-controllers' } },
      spec: {
        // Before there is a network of pods.
        hostNetwork: true,
        tolerations: [{ operator: 'Exists' }],
        serviceAccountName: 'calico-kube-controllers',
        containers: [
          {
            name: 'calico-kube-controllers',
            image: image(cluster, 'kube-controllers'),
            imagePullPolicy: 'IfNotPresent',
            env: [
              ...ofEtcd(cluster),
              ...variables({ ENABLED_CONTROLLERS: 'policy,namespace,serviceaccount,workloadendpoint,node' }),
            ],
            volumeMounts: secretMount(cluster),
          },
        ],
        volumes: secretVolume(cluster),
      },
    },
  });

const workload = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace, labels: { 'k8s-app': name } },
  spec: { selector: { matchLabels: { 'k8s-app': name } }, ...spec },
});

/** Everything of Calico with etcd for its store, in the order in which it is applied. */
export const calicoObjects = (cluster: Cluster): object[] => [
  ...['calico-node', 'calico-kube-controllers'].flatMap((name) => [account(name), ...roleOf(name)]),
  node(cluster),
  controllers(cluster),
];

export const calicoFile = (cluster: Cluster): WantedFile => ({
  path: `${calicoFolder}/calico.yaml`,
  content: stream(...calicoObjects(cluster)),
});
