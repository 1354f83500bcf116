import type { Cluster } from './cluster.js';
import { below, splitAddress } from './registry-place.js';
import { isSeed } from './seed-profile.js';

const oldHome = 'gcr.io/google_containers';

/**
 * Where an image is published, by its repository in a bundle; kubeadm’s own names without an imageRepository
 * (k8s.io/kubernetes, cmd/kubeadm/app/images/images.go), and those of Calico’s manifest. Until v1.11 they had another home, and
 * their architecture in their names.
 */
export function upstreamOf(repository: string): string {
  if (repository === 'coredns') return 'registry.k8s.io/coredns/coredns';
  if (repository.startsWith('calico/')) return `docker.io/${repository}`;
  // Of ours, and published nowhere.
  if (repository.startsWith('kha/')) return `kubernetes-ha.io/${repository}`;
  // An add-on’s has its whole name in a bundle: quay.io/cilium/cilium.
  if (/^[^/]*\.[^/]*\//.test(repository)) return repository;
  if (repository.endsWith('-amd64')) return `${oldHome}/${repository}`;
  return `registry.k8s.io/${repository}`;
}

/** Where kubeadm is told that its images are. Without a registry of the site’s own they have their upstream names. */
export const imageRepository = (cluster: Cluster): string =>
  cluster.source.registry?.address ?? (isSeed(cluster) ? oldHome : 'registry.k8s.io');

/** An image’s name in manifests and on hosts, by the one that it has in a bundle: `kube-proxy:v1.37.2`. */
export function imageName({ source: { registry } }: Cluster, image: string): string {
  const [repository = '', tag = ''] = image.split(':');
  return registry ? `${registry.address}/${image}` : `${upstreamOf(repository)}:${tag}`;
}

/**
 * The repository in the registry that an image is pulled from, by its repository in a bundle. A site that mirrors under
 * names of its own says which: the longest upstream name of its mapping that is the image’s, or a beginning of it.
 */
export function pulledFrom({ source: { registry } }: Cluster, repository: string): string {
  if (!registry) return repository;
  const { prefix } = splitAddress(registry.address);
  const upstream = upstreamOf(repository);
  const [longest] = Object.keys(registry.images)
    .filter((name) => upstream === name || upstream.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length);
  return below(prefix, longest === undefined ? repository : registry.images[longest]! + upstream.slice(longest.length));
}
