import type { Cluster, Machine } from '../../cluster/cluster.js';
import { apiServerUrl, controlPlanes } from '../../cluster/roles.js';
import { httpsStatus } from '../../facts/network.js';
import { staticPodTrouble } from '../../facts/static-pod.js';
import type { Step } from '../step.js';

/** `components`: where each says whether it is well, by its name. */
export const checkingControlPlane = (
  name: string,
  components: (cluster: Cluster, machine: Machine) => Readonly<Record<string, string>>,
): Step => ({
  name,
  does: 'Wait until API server, controller manager and scheduler are healthy on the host',
  on: controlPlanes,
  pace: 'all at once',
  retry: 'wait',
  needs: ['control plane'],
  gives: 'healthy control plane',
  async check({ cluster, host }) {
    const found = await Promise.all(
      Object.entries(components(cluster, host.machine)).map(async ([name, url]) => ({
        name,
        status: await host.read(httpsStatus(url)),
      })),
    );
    return found
      .filter(({ status }) => status !== 200)
      .map(({ name, status }) => `${name} ${status ? `answers ${status}` : 'does not answer'}`);
  },
  explain: ({ host }) => host.read(staticPodTrouble('kube-apiserver')),
});

export const checkControlPlane: Step = checkingControlPlane('checkControlPlane', (_, machine) => ({
  'kube-apiserver': `${apiServerUrl(machine)}/readyz`,
  'kube-controller-manager': 'https://127.0.0.1:10257/healthz',
  'kube-scheduler': 'https://127.0.0.1:10259/healthz',
}));
