import type { Cluster, Machine } from '../../cluster/cluster.js';
import { addressesOf } from '../../cluster/families.js';
import { isKeyless } from '../../cluster/given-authorities.js';
import { imageRepository } from '../../cluster/image-names.js';
import { inUrl } from '../../cluster/ip.js';
import { settingsOf, takesPods } from '../../cluster/node-settings.js';
import { apiEndpoint, apiServerPort, etcdHosts, sharesApiPort } from '../../cluster/roles.js';
import { kubeProxyModeOf } from '../../cluster/seed-profile.js';
import { usualDataDir } from '../../cluster/usual-folders.js';
import { profileOf } from '../../cluster/versions.js';
import type { Admission } from './bootstrap-token.js';
import type { Limits } from '../../facts/kernel.js';
import { withFragment } from './with-fragment.js';
import { timeouts } from './kubeadm-timeouts.js';

export const criSocket = 'unix:///run/containerd/containerd.sock';

/** What kubeadm init is told, with a local etcd: kubeadm makes etcd's certificates for no other. */
export const certificateConfiguration = '/etc/kubernetes/kha/kubeadm.yaml';

/** What the documents take from the host they are written for. */
export interface Ground {
  readonly cgroup: 1 | 2;
  readonly limits: Limits;
}

/** Documents of one YAML stream, each as JSON, which is YAML: no value of the spec needs quoting of its own. */
export const stream = (...documents: readonly object[]): string =>
  documents.map((one) => `---\n${JSON.stringify(one, null, 2)}\n`).join('');

/** KubeletConfiguration; the driver of control groups is the one that containerd was given for this hierarchy. */
export function kubeletDocument(cluster: Cluster, { cgroup }: Ground): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    cgroupDriver: cgroup === 2 ? 'systemd' : 'cgroupfs',
    ...(cgroup === 1 ? { failCgroupV1: false } : {}),
    // A static pod is seen within a second instead of twenty.
    fileCheckFrequency: '1s',
    containerRuntimeEndpoint: criSocket,
    ...cluster.kubelet,
  };
}

/** The kubelet before there is an API server: static pods only, nobody may talk to it. */
export function standaloneKubeletDocument(cluster: Cluster, ground: Ground): object {
  return {
    ...kubeletDocument(cluster, ground),
    staticPodPath: '/etc/kubernetes/manifests',
    address: '127.0.0.1',
    authentication: { anonymous: { enabled: false }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
  };
}

/** Where kubeadm finds the spec's patches on every node; nobody but root looks in. */
export const patchFolder = '/etc/kubernetes/kha/patches';

/** kubeadm's document is one for all API servers, and it has no field for the address at which one listens. */
const bindAddress = (cluster: Cluster, machine: Machine): Readonly<Record<string, unknown>> =>
  sharesApiPort(cluster) && machine.roles.includes('control-plane')
    ? {
        'kube-apiserver-of-host+json.json': [
          { op: 'add', path: '/spec/containers/0/command/-', value: `--bind-address=${machine.address}` },
        ],
      }
    : {};

/**
 * Where nobody in the cluster signs, a kubelet must not ask for its next certificate; kubeadm’s document always says that it
 * does (componentconfigs/kubelet.go). Who has a signer of his own says so.
 */
const rotation = (cluster: Cluster): Readonly<Record<string, unknown>> =>
  isKeyless(cluster, 'ca') && cluster.kubelet['rotateCertificates'] !== true ? { rotateCertificates: false } : {};

/** Patches for a node, by file name: the spec's, and what is its own, as kubeadm's document is one for all. */
export function patchesFor(cluster: Cluster, machine: Machine): Readonly<Record<string, unknown>> {
  const { kubelet } = settingsOf(cluster, machine);
  const patch = { ...rotation(cluster), ...kubelet };
  const own = Object.keys(patch).length > 0 ? { 'kubeletconfiguration-of-host+merge.json': patch } : {};
  return { ...cluster.patches, ...own, ...bindAddress(cluster, machine) };
}

const patches = (cluster: Cluster, machine: Machine): object =>
  Object.keys(patchesFor(cluster, machine)).length > 0 ? { patches: { directory: patchFolder } } : {};

const listensAt = (machine: Machine): object => ({ advertiseAddress: machine.address, bindPort: apiServerPort });

const nodeRegistration = (cluster: Cluster, machine: Machine): object => ({
  name: machine.name,
  criSocket,
  imagePullPolicy: 'IfNotPresent',
  kubeletExtraArgs: [{ name: 'node-ip', value: addressesOf(machine).join(',') }],
  ...registeredTaints(cluster, machine),
});

/** kubeadm taints a control plane of which it is told nothing; what it is told takes that one's place. */
function registeredTaints(cluster: Cluster, machine: Machine): object {
  const { taints } = settingsOf(cluster, machine);
  const controlPlane = machine.roles.includes('control-plane');
  const open = controlPlane && takesPods(cluster, machine);
  if (taints.length === 0) return open ? { taints } : {};
  const usual = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };
  return { taints: controlPlane && !open ? [usual, ...taints] : taints };
}

/** What of ClusterConfiguration a cluster keeps from its beginning. */
export interface Configuration {
  readonly controlPlaneEndpoint: string;
  readonly networking: { readonly podSubnet: string; readonly serviceSubnet: string; readonly dnsDomain: string };
  readonly etcd: { readonly local?: LocalEtcd };
}

/** ClusterConfiguration of a stream as `initDocuments` writes it; undefined where somebody else wrote it. */
export function configurationIn(text: string): Configuration | undefined {
  try {
    const found = text.split(/^---$/m).flatMap((one) => (one.trim() === '' ? [] : [JSON.parse(one) as object]));
    return found.find((one): one is Configuration => 'networking' in one && 'controlPlaneEndpoint' in one);
  } catch {
    return undefined;
  }
}

/** Where kubeadm is told that etcd is: on the control planes (a stacked cluster) or elsewhere. */
export type EtcdLayout = 'local' | 'external';

/** What the API's certificates are good for besides what kubeadm puts into each: the spec's, and the address of an endpoint with a name. */
export const furtherNames = ({ apiServer, controlPlaneEndpoint: endpoint }: Cluster): string[] => [
  ...(endpoint.type === 'vip' && endpoint.host !== undefined ? [endpoint.vip] : []),
  ...apiServer.certSANs,
];

/** For the manifest that kubeadm writes when a further control plane joins; the first ones' are kha's. */
function localEtcd({ etcd: { dataDir, quotaBackendBytes: quota } }: Cluster): LocalEtcd {
  return {
    ...(dataDir === usualDataDir ? {} : { dataDir }),
    ...(quota === undefined ? {} : { extraArgs: [{ name: 'quota-backend-bytes', value: String(quota) }] }),
  };
}

interface LocalEtcd {
  readonly dataDir?: string;
  readonly extraArgs?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * ClusterConfiguration. It names no image tags, which would stay as they are across an upgrade, and no host: kubeadm puts
 * the endpoint and the host's own name and address into each certificate by itself.
 */
export function clusterDocument(cluster: Cluster, etcd: EtcdLayout): Configuration & Readonly<Record<string, unknown>> {
  const client = '/etc/kubernetes/pki/apiserver-etcd-client';
  const certSANs = furtherNames(cluster);
  const own = {
    apiVersion: profileOf(cluster).kubeadmApi,
    kind: 'ClusterConfiguration',
    clusterName: cluster.name,
    kubernetesVersion: cluster.kubernetesVersion,
    imageRepository: imageRepository(cluster),
    controlPlaneEndpoint: apiEndpoint(cluster),
    ...(certSANs.length > 0 ? { apiServer: { certSANs } } : {}),
    networking: {
      podSubnet: cluster.networking.podSubnet,
      serviceSubnet: cluster.networking.serviceSubnet,
      dnsDomain: cluster.networking.dnsDomain,
    },
    etcd:
      etcd === 'local'
        ? { local: localEtcd(cluster) }
        : {
            external: {
              endpoints: etcdHosts(cluster).map(({ address }) => `https://${inUrl(address)}:2379`),
              caFile: '/etc/kubernetes/pki/etcd/ca.crt',
              certFile: `${client}.crt`,
              keyFile: `${client}.key`,
            },
          },
  };
  return withFragment(own, cluster.kubeadm.ClusterConfiguration);
}

/** All that `kubeadm init` is told on a control plane. Holds no secret: kubeadm makes the bootstrap token itself, for a minute. */
export function initDocuments(cluster: Cluster, machine: Machine, ground: Ground, etcd: EtcdLayout): string {
  const { InitConfiguration, KubeProxyConfiguration } = cluster.kubeadm;
  const init = {
    apiVersion: profileOf(cluster).kubeadmApi,
    kind: 'InitConfiguration',
    localAPIEndpoint: listensAt(machine),
    nodeRegistration: nodeRegistration(cluster, machine),
    bootstrapTokens: [{ ttl: '1m0s', description: `kha: init of ${machine.name}` }],
    ...patches(cluster, machine),
    ...timeouts(cluster, InitConfiguration.timeouts),
  };
  const proxy = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: kubeProxyModeOf(cluster),
    clusterCIDR: cluster.networking.podSubnet,
    ...(ground.limits.setsConntrack ? {} : { conntrack: { maxPerCore: 0, min: 0 } }),
  };
  return stream(
    withFragment(init, InitConfiguration),
    clusterDocument(cluster, etcd),
    kubeletDocument(cluster, ground),
    withFragment(proxy, KubeProxyConfiguration),
  );
}

/** All that `kubeadm join` is told; the token makes it a secret. A control plane says where its API server will listen. */
export function joinDocuments(cluster: Cluster, machine: Machine, { token, caHash }: Admission): string {
  const own = {
    apiVersion: profileOf(cluster).kubeadmApi,
    kind: 'JoinConfiguration',
    discovery: { bootstrapToken: { token, apiServerEndpoint: apiEndpoint(cluster), caCertHashes: [caHash] } },
    nodeRegistration: nodeRegistration(cluster, machine),
    ...(machine.roles.includes('control-plane') ? { controlPlane: { localAPIEndpoint: listensAt(machine) } } : {}),
    ...patches(cluster, machine),
    ...timeouts(cluster, cluster.kubeadm.JoinConfiguration.timeouts),
  };
  return stream(withFragment(own, cluster.kubeadm.JoinConfiguration));
}
