import type { Cluster, Machine } from '../../cluster/cluster.js';
import { controlPlanes, etcdHosts, nodes } from '../../cluster/roles.js';
import { profileOf } from '../../cluster/versions.js';

/** Images that a host will run, as `name:tag` without the registry. */
export function imagesOf(cluster: Cluster, machine: Machine): string[] {
  const { kubernetes, etcd, coredns, pause, calico } = profileOf(cluster);
  const { cni } = cluster.networking;
  const images = [`pause:${pause}`];
  if (etcdHosts(cluster).includes(machine)) images.push(`etcd:${etcd}`);
  if (controlPlanes(cluster).includes(machine)) {
    images.push(
      `kube-apiserver:${kubernetes}`,
      `kube-controller-manager:${kubernetes}`,
      `kube-scheduler:${kubernetes}`,
    );
  }
  if (nodes(cluster).includes(machine)) {
    images.push(
      `kube-proxy:${kubernetes}`,
      `coredns:${coredns}`,
      ...(cni === 'calico' ? ['node', 'cni', 'kube-controllers'].map((name) => `calico/${name}:${calico}`) : []),
      ...(cni === 'none' ? [] : [probeImage]),
    );
  }
  return images;
}

/** The small server and client of the network proof. */
export const probeImage = 'kha/probe:v1';
