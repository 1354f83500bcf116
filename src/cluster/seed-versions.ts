/**
 * The seed's own cluster: Kubernetes 1.9.0 on docker, etcd and Calico 3.0 over plain HTTP. Its name in the spec is its
 * release. Companion versions: k8s.io/kubernetes v1.9.0, cmd/kubeadm/app/constants and phases/addons; docs.projectcalico.org,
 * release notes of v3.0.4; the seed itself for Calico and the dashboard.
 */
export const seedProfile = 'v1.9.0';

export const seedVersions = {
  kubernetes: seedProfile,
  /** The newest that Kubernetes 1.9 was tested with. */
  docker: '17.03',
  etcd: '3.1.10',
  dns: '1.14.7',
  pause: '3.0',
  dashboard: 'v1.8.3',
  calico: { node: 'v3.0.4', cni: 'v2.0.3', 'kube-controllers': 'v2.0.2' },
} as const;
