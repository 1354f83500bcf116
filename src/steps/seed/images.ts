import type { Cluster, Machine } from '../../cluster/cluster.js';
import { controlPlanes, etcdHosts, isNode } from '../../cluster/roles.js';
import { seedVersions } from '../../cluster/seed-versions.js';

/** kube-dns has three containers (kubeadm 1.9, phases/addons/dns/manifests.go). */
const dnsImages = ['kube-dns', 'dnsmasq-nanny', 'sidecar'];

/** Images that a host of the seed's cluster will run, as `name:tag` without the registry; the dashboard's comes with its add-on. */
export function seedImagesOf(cluster: Cluster, machine: Machine): string[] {
  const { kubernetes, etcd, dns, pause, calico } = seedVersions;
  const images = [`pause-amd64:${pause}`];
  if (etcdHosts(cluster).includes(machine)) images.push(`etcd-amd64:${etcd}`);
  if (controlPlanes(cluster).includes(machine))
    images.push(
      ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => `${name}-amd64:${kubernetes}`),
    );
  if (isNode(machine))
    images.push(
      `kube-proxy-amd64:${kubernetes}`,
      ...dnsImages.map((name) => `k8s-dns-${name}-amd64:${dns}`),
      ...(cluster.networking.cni === 'calico'
        ? Object.entries(calico).map(([name, version]) => `calico/${name}:${version}`)
        : []),
    );
  return images;
}
