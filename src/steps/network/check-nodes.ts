import { firstControlPlane, nodes } from '../../cluster/roles.js';
import type { Step } from '../step.js';
import { unready } from './ready-nodes.js';

export const checkNodes: Step = {
  name: 'checkNodes',
  does: 'Wait until every expected node is there and Ready',
  on: firstControlPlane,
  pace: { atMost: 1 },
  retry: 'wait',
  needs: ['network', 'workers'],
  gives: 'ready nodes',
  check: ({ cluster, host }) => unready(host, nodes(cluster)),
};
