import type { Cluster } from './cluster.js';

/** What goes with every patch release of one Kubernetes minor, and how it is spoken to. */
interface Minor {
  readonly containerd: string;
  /** Image tags as the minor's kubeadm names them; no patch release of these three has changed one. */
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
  readonly calico: string;
  /** API version of kubeadm's documents. */
  readonly kubeadmApi: 'kubeadm.k8s.io/v1beta4';
}

/** A release, and what is installed with it. */
export interface Profile extends Minor {
  readonly kubernetes: string;
}

const common = { containerd: 'v2.4.2', calico: 'v3.28.5', kubeadmApi: 'kubeadm.k8s.io/v1beta4' } as const;

/** Tags: k8s.io/kubernetes, cmd/kubeadm/app/constants/constants.go, read at .0 and at the newest patch of each minor. */
const minors: Readonly<Record<string, Minor>> = {
  'v1.35': { ...common, etcd: '3.6.6-0', coredns: 'v1.13.1', pause: '3.10.1' },
  'v1.36': { ...common, etcd: '3.6.8-0', coredns: 'v1.14.2', pause: '3.10.2' },
  'v1.37': { ...common, etcd: '3.7.0-0', coredns: 'v1.14.6', pause: '3.10.2' },
};

/** In words. */
export const supportedVersions = `any release of ${Object.keys(minors).join(' or ')}`;

const minorOf = (kubernetes: string): string | undefined => /^(v\d+\.\d+)\.(0|[1-9]\d*)$/.exec(kubernetes)?.[1];

/** Whether it is a patch release of a minor that kha knows. That it exists, only a bundle can show. */
export const isSupported = (kubernetes: string): boolean => Object.hasOwn(minors, minorOf(kubernetes) ?? '');

/** The profile of the cluster's release. Throws for a version that the rules of the spec let through by mistake. */
export function profileOf({ kubernetesVersion: kubernetes }: Pick<Cluster, 'kubernetesVersion'>): Profile {
  const minor = isSupported(kubernetes) ? minors[minorOf(kubernetes)!] : undefined;
  if (!minor) throw new Error(`no profile for Kubernetes ${kubernetes}: expected ${supportedVersions}`);
  return { kubernetes, ...minor };
}

/**
 * What Kubernetes tests its own networks with, published beside its own images: the version is v1.37.2’s
 * (k8s.io/kubernetes, test/utils/image/manifest.go), and does for every release.
 */
export const agnhost = 'e2e-test-images/agnhost:2.66.1';
