import type { Cluster } from '../../cluster/cluster.js';
import { podSubnetOf } from '../../cluster/families.js';
import { imageName, upstreamOf } from '../../cluster/image-names.js';
import { isUniqueLocal } from '../../cluster/ip.js';
import { patientSeconds } from '../../cluster/patience.js';
import { encapsulationOf } from '../../cluster/seed-profile.js';
import { profileOf } from '../../cluster/versions.js';
import { stream } from '../control-plane/kubeadm-documents.js';
import { calicoFolder } from '../manifests.js';
import type { WantedFile } from '../wanted-file.js';

/** What calico-node is told of IPv4; of a cluster without it that nodes have none (docs.tigera.io, IPv6). */
function ipv4Pool(subnet: string | undefined, encapsulation: string): Readonly<Record<string, string>> {
  const none = subnet === undefined;
  return {
    // The address that the kubelet was given: of several interfaces Calico would take the first one it finds.
    ...(none ? { IP: 'none' } : { IP_AUTODETECTION_METHOD: 'kubernetes-internal-ip', CALICO_IPV4POOL_CIDR: subnet }),
    CALICO_IPV4POOL_IPIP: encapsulation === 'ipip' ? 'Always' : 'Never',
    CALICO_IPV4POOL_VXLAN: encapsulation === 'vxlan' && !none ? 'Always' : 'Never',
    // BGP knows a node by a number that has the form of an IPv4 address.
    ...(none ? { CALICO_ROUTER_ID: 'hash' } : {}),
  };
}

/** What it is told of IPv6; nothing where there is none. */
function ipv6Pool(subnet: string | undefined, overlay: boolean): Readonly<Record<string, string>> {
  if (subnet === undefined) return {};
  return {
    IP6: 'autodetect',
    IP6_AUTODETECTION_METHOD: 'kubernetes-internal-ip',
    FELIX_IPV6SUPPORT: 'true',
    CALICO_IPV6POOL_CIDR: subnet,
    CALICO_IPV6POOL_VXLAN: overlay ? 'Always' : 'Never',
    // Unique local addresses of pods would be answered by nobody outside; global ones are their own outside too.
    CALICO_IPV6POOL_NAT_OUTGOING: String(isUniqueLocal(subnet.split('/')[0]!)),
  };
}

/**
 * The plugins of Calico's own manifest (v3.28, calico-config), with addresses of these families: a patch can only put a
 * text in a ConfigMap in place of another. A release of Calico that has others is to be looked at here.
 */
const cniWith = (ipv4: boolean): string =>
  JSON.stringify({
    name: 'k8s-pod-network',
    cniVersion: '0.3.1',
    plugins: [
      {
        type: 'calico',
        log_level: 'info',
        log_file_path: '/var/log/calico/cni/cni.log',
        datastore_type: 'kubernetes',
        nodename: '__KUBERNETES_NODE_NAME__',
        mtu: '__CNI_MTU__',
        ipam: { type: 'calico-ipam', assign_ipv4: String(ipv4), assign_ipv6: 'true' },
        policy: { type: 'k8s' },
        kubernetes: { kubeconfig: '__KUBECONFIG_FILEPATH__' },
      },
      { type: 'portmap', snat: true, capabilities: { portMappings: true } },
      { type: 'bandwidth', capabilities: { bandwidth: true } },
    ],
    // The installer puts a number there.
  }).replace('"__CNI_MTU__"', '__CNI_MTU__');

/**
 * What a health check of calico-node has otherwise than Calico's own manifest. Without BGP no bird runs, and its health cannot
 * be asked for. Each check starts a program as large as calico-node: slow hosts need longer for it than the 10 s there.
 */
function probe(cluster: Cluster, name: string, withoutBird: string | false): object {
  const own = {
    ...(withoutBird ? { exec: { command: ['/bin/calico-node', withoutBird] } } : {}),
    ...(cluster.patience === undefined
      ? {}
      : { timeoutSeconds: patientSeconds(cluster, 10), periodSeconds: patientSeconds(cluster, 10) }),
  };
  return Object.keys(own).length > 0 ? { [name]: own } : {};
}

/** What is changed in Calico's own manifest, as a kustomization beside it: registry, address pool, encapsulation. */
export function kustomization(cluster: Cluster): WantedFile {
  const encapsulation = encapsulationOf(cluster);
  const { mtu } = cluster.networking.calico;
  const overlay = encapsulation === 'vxlan';
  const env = {
    ...ipv4Pool(podSubnetOf(cluster, 4), encapsulation),
    ...ipv6Pool(podSubnetOf(cluster, 6), overlay),
  };
  const probes = {
    ...probe(cluster, 'livenessProbe', overlay && '-felix-live'),
    ...probe(cluster, 'readinessProbe', overlay && '-felix-ready'),
  };
  const name = 'calico-node';
  const patches = [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'calico-config', namespace: 'kube-system' },
      data: {
        calico_backend: overlay ? 'vxlan' : 'bird',
        ...(mtu ? { veth_mtu: String(mtu) } : {}),
        ...(podSubnetOf(cluster, 6) === undefined
          ? {}
          : { cni_network_config: cniWith(podSubnetOf(cluster, 4) !== undefined) }),
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace: 'kube-system' },
      spec: {
        template: {
          spec: {
            containers: [{ name, env: Object.entries(env).map(([key, value]) => ({ name: key, value })), ...probes }],
          },
        },
      },
    },
  ];
  const document = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['calico.yaml'],
    images: ['calico/node', 'calico/cni', 'calico/kube-controllers'].map((image) => {
      const newTag = profileOf(cluster).calico;
      const newName = imageName(cluster, `${image}:${newTag}`).slice(0, -newTag.length - 1);
      return { name: upstreamOf(image), newName, newTag };
    }),
    patches: patches.map((patch) => ({ patch: JSON.stringify(patch) })),
  };
  return { path: `${calicoFolder}/kustomization.yaml`, content: stream(document) };
}
