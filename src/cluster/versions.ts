import type { Cluster } from './cluster.js';

/** What goes with one Kubernetes release: versions that were installed together and tested, and how they are spoken to. */
export interface Profile {
  readonly kubernetes: string;
  readonly containerd: string;
  /** Image tags as the release's kubeadm names them. */
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
  readonly calico: string;
  /** API version of kubeadm's documents. */
  readonly kubeadmApi: 'kubeadm.k8s.io/v1beta4';
  readonly runtime: 'containerd';
  readonly packages: 'deb';
}

const profiles: readonly Profile[] = [
  {
    kubernetes: 'v1.37.2',
    containerd: 'v2.4.2',
    etcd: '3.7.0-0',
    coredns: 'v1.14.6',
    pause: '3.10.2',
    calico: 'v3.28.5',
    kubeadmApi: 'kubeadm.k8s.io/v1beta4',
    runtime: 'containerd',
    packages: 'deb',
  },
];

export const supportedVersions: readonly string[] = profiles.map(({ kubernetes }) => kubernetes);

/** The profile of the cluster's release. Throws for a version that the rules of the spec let through by mistake. */
export function profileOf({ kubernetesVersion }: Pick<Cluster, 'kubernetesVersion'>): Profile {
  const profile = profiles.find((known) => known.kubernetes === kubernetesVersion);
  if (!profile)
    throw new Error(`no profile for Kubernetes ${kubernetesVersion}: supported are ${supportedVersions.join(', ')}`);
  return profile;
}
