import { apiServerUrl, controlPlanes } from '../../cluster/roles.js';
import { apiHealth } from '../../cluster/seed-profile.js';
import { httpsStatus } from '../../facts/network.js';
import type { Step } from '../step.js';

/** Controller manager and scheduler of the time tell their health by plain HTTP (k8s.io/kubernetes, pkg/master/ports). */
export const checkMaster: Step = {
  name: 'checkMaster',
  does: 'Wait until API server, controller manager and scheduler are healthy on the host',
  on: controlPlanes,
  pace: 'all at once',
  retry: 'wait',
  needs: ['control plane'],
  gives: 'healthy control plane',
  async check({ cluster, host }) {
    const components = {
      'kube-apiserver': `${apiServerUrl(host.machine)}${apiHealth(cluster)}`,
      'kube-controller-manager': 'http://127.0.0.1:10252/healthz',
      'kube-scheduler': 'http://127.0.0.1:10251/healthz',
    };
    const found = await Promise.all(
      Object.entries(components).map(async ([name, url]) => ({ name, status: await host.read(httpsStatus(url)) })),
    );
    return found
      .filter(({ status }) => status !== 200)
      .map(({ name, status }) => `${name} ${status ? `answers ${status}` : 'does not answer'}`);
  },
};
