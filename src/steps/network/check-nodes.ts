import { controlPlanes, nodes } from '../../cluster/roles.js';
import { concerned } from '../../cluster/subject.js';
import { servesApi } from '../fitness.js';
import type { Step } from '../step.js';
import { unready } from './ready-nodes.js';

export const checkNodes: Step = {
  name: 'checkNodes',
  does: 'Wait until every expected node is there and Ready',
  on: controlPlanes,
  pace: { once: servesApi },
  retry: 'wait',
  needs: ['network', 'workers'],
  gives: 'ready nodes',
  check: ({ cluster, host, subject }) => unready(cluster, host, concerned(nodes(cluster), subject)),
};
