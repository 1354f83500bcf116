import { apiServerUrl } from '../../cluster/roles.js';
import { apiHealth } from '../../cluster/seed-profile.js';
import { checkingControlPlane } from '../control-plane/check-control-plane.js';
import type { Step } from '../step.js';

/** Controller manager and scheduler of the time tell their health by plain HTTP (k8s.io/kubernetes, pkg/master/ports). */
export const checkMaster: Step = checkingControlPlane('checkMaster', (cluster, machine) => ({
  'kube-apiserver': `${apiServerUrl(machine)}${apiHealth(cluster)}`,
  'kube-controller-manager': 'http://127.0.0.1:10252/healthz',
  'kube-scheduler': 'http://127.0.0.1:10251/healthz',
}));
