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
  check: ({ cluster, host }) => unready(host, controlPlanes(cluster)),
};
