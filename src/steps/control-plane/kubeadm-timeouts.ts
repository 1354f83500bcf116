import type { Cluster } from '../../cluster/cluster.js';
import { patientSeconds } from '../../cluster/patience.js';

/** How long kubeadm itself waits, in seconds (kubeadm.k8s.io/v1beta4, Timeouts; the same in v1.35 to v1.37). */
const usual = {
  controlPlaneComponentHealthCheck: 240,
  kubeletHealthCheck: 240,
  kubernetesAPICall: 60,
  etcdAPICall: 120,
  tlsBootstrap: 300,
  discovery: 300,
};

/** kubeadm is as patient as kha is told to be; what a fragment of the spec says wins. */
export const timeouts = (cluster: Partial<Pick<Cluster, 'patience'>>, said: object = {}): object =>
  (cluster.patience ?? 1) === 1
    ? {}
    : {
        timeouts: {
          ...Object.fromEntries(
            Object.entries(usual).map(([wait, seconds]) => [wait, `${patientSeconds(cluster, seconds)}s`]),
          ),
          ...said,
        },
      };
