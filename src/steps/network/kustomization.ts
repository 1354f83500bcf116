import type { Cluster } from '../../cluster/cluster.js';
import { imageName, upstreamOf } from '../../cluster/image-names.js';
import { profileOf } from '../../cluster/versions.js';
import { stream } from '../control-plane/kubeadm-documents.js';
import { calicoFolder } from '../manifests.js';
import type { WantedFile } from '../wanted-file.js';

/** What is changed in Calico's own manifest, as a kustomization beside it: registry, address pool, encapsulation. */
export function kustomization(cluster: Cluster): WantedFile {
  const { encapsulation, mtu } = cluster.networking.calico;
  const overlay = encapsulation === 'vxlan';
  const env = {
    // The address that the kubelet was given: of several interfaces Calico would take the first one it finds.
    IP_AUTODETECTION_METHOD: 'kubernetes-internal-ip',
    CALICO_IPV4POOL_CIDR: cluster.networking.podSubnet,
    CALICO_IPV4POOL_IPIP: encapsulation === 'ipip' ? 'Always' : 'Never',
    CALICO_IPV4POOL_VXLAN: overlay ? 'Always' : 'Never',
  };
  // Without BGP no bird runs, and its health cannot be asked for.
  const probes = overlay
    ? {
        livenessProbe: { exec: { command: ['/bin/calico-node', '-felix-live'] } },
        readinessProbe: { exec: { command: ['/bin/calico-node', '-felix-ready'] } },
      }
    : {};
  const name = 'calico-node';
  const patches = [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'calico-config', namespace: 'kube-system' },
      data: { calico_backend: overlay ? 'vxlan' : 'bird', ...(mtu ? { veth_mtu: String(mtu) } : {}) },
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
