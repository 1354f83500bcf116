import { apiEndpoint, nodes } from '../../cluster/roles.js';
import { apiHealth } from '../../cluster/seed-profile.js';
import { httpsStatus } from '../../facts/network.js';
import type { Step } from '../step.js';

export const checkApiEndpoint: Step = {
  name: 'checkApiEndpoint',
  does: 'Wait until the host reaches the API through the load balancer',
  on: nodes,
  pace: 'all at once',
  retry: 'wait',
  needs: ['control plane', 'api endpoint'],
  async check({ cluster, host }) {
    const address = apiEndpoint(cluster);
    const status = await host.read(httpsStatus(`https://${address}${apiHealth(cluster)}`));
    return status === 200 ? [] : [`${address} ${status ? `answers ${status}` : 'does not answer'}`];
  },
};
