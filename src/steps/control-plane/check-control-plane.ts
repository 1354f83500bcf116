import { apiServerUrl, controlPlanes } from '../../cluster/roles.js';
import { httpsStatus } from '../../facts/network.js';
import { staticPodTrouble } from '../../facts/static-pod.js';
import type { Step } from '../step.js';

export const checkControlPlane: Step = {
  name: 'checkControlPlane',
  does: 'Wait until API server, controller manager and scheduler are healthy on the host',
  on: controlPlanes,
  pace: 'all at once',
  retry: 'wait',
  needs: ['control plane'],
  gives: 'healthy control plane',
  async check({ host }) {
    const components = {
      'kube-apiserver': `${apiServerUrl(host.machine)}/readyz`,
      'kube-controller-manager': 'https://127.0.0.1:10257/healthz',
      'kube-scheduler': 'https://127.0.0.1:10259/healthz',
    };
    const found = await Promise.all(
      Object.entries(components).map(async ([name, url]) => ({
        name,
        status: await host.read(httpsStatus(url)),
      })),
    );
    return found
      .filter(({ status }) => status !== 200)
      .map(({ name, status }) => `${name} ${status ? `answers ${status}` : 'does not answer'}`);
  },
  explain: ({ host }) => host.read(staticPodTrouble('kube-apiserver')),
};
