import type { Versions } from '../versions.js';

/** Where the images of a release are published, by their names in a bundle (kubeadm config images list; Calico’s releases). */
export const publishedImages = ({
  kubernetes,
  etcd,
  coredns,
  pause,
  calico,
}: Versions): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) => [
      `${name}:${kubernetes}`,
      `registry.k8s.io/${name}:${kubernetes}`,
    ]),
  ),
  [`etcd:${etcd}`]: `registry.k8s.io/etcd:${etcd}`,
  [`coredns:${coredns}`]: `registry.k8s.io/coredns/coredns:${coredns}`,
  [`pause:${pause}`]: `registry.k8s.io/pause:${pause}`,
  // The same images as docker.io/calico, without Docker Hub’s limit on pulls.
  ...Object.fromEntries(
    ['node', 'cni', 'kube-controllers'].map((name) => [`calico/${name}:${calico}`, `quay.io/calico/${name}:${calico}`]),
  ),
});

/** By where an image is published: what else lies in the layers of others has licences of its own. */
export const licenceOf = (origin: string): string =>
  origin.startsWith('registry.k8s.io/') ? 'Apache-2.0' : 'NOASSERTION';
