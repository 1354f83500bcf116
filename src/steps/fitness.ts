import { apiServerUrl } from '../cluster/roles.js';
import { apiHealth } from '../cluster/seed-profile.js';
import { existing } from '../facts/files.js';
import { httpsStatus } from '../facts/network.js';
import type { Unfit } from './step.js';

/** For what any host may do that can be asked at all. */
export const answers: Unfit = async (host) => {
  await host.read(existing(['/']));
  return [];
};

const kubeconfig = '/etc/kubernetes/admin.conf';

/** For what is done with kubectl: a control plane with an administrator's kubeconfig whose own API server is ready. */
export const servesApi: Unfit = async (host, cluster) => {
  const [found, status] = await Promise.all([
    host.read(existing([kubeconfig])),
    host.read(httpsStatus(`${apiServerUrl(host.machine)}${apiHealth(cluster)}`)),
  ]);
  if (found.length === 0) return [`${kubeconfig} is not there`];
  return status === 200 ? [] : [`its API server ${status ? `answers ${status}` : 'does not answer'}`];
};
