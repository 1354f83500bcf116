import { controlPlanes, firstControlPlane } from '../../cluster/roles.js';
import type { Step } from '../step.js';
import { unready } from './ready-nodes.js';

export const checkControlPlaneNodes: Step = {
  name: 'checkControlPlaneNodes',
  does: 'Wait until every master is a Ready node',
  on: firstControlPlane,
  pace: { atMost: 1 },
  retry: 'wait',
  needs: ['network'],
  check: ({ cluster, host }) => unready(host, controlPlanes(cluster)),
};
