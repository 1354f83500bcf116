import { controlPlanes } from '../../cluster/roles.js';
import { servesApi } from '../fitness.js';
import type { Step } from '../step.js';
import { unready } from './ready-nodes.js';

export const checkControlPlaneNodes: Step = {
  name: 'checkControlPlaneNodes',
  does: 'Wait until every control plane is a Ready node',
  on: controlPlanes,
  pace: { once: servesApi },
  retry: 'wait',
  needs: ['network'],
  async check({ cluster, host, warn }) {
    if (cluster.networking.cni === 'none')
      warn(
        'networking.cni is none: nodes stay NotReady and CoreDNS waits until you have applied a network, and no network is proved',
      );
    return unready(cluster, host, controlPlanes(cluster));
  },
};
