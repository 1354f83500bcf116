import { controlPlanes } from '../../cluster/roles.js';
import { rolledOut } from '../../facts/rollout.js';
import { servesApi } from '../fitness.js';
import type { Step } from '../step.js';

const workloads = [
  'deployment/coredns',
  'deployment/calico-kube-controllers',
  'daemonset/calico-node',
  'daemonset/kube-proxy',
];

export const checkComponents: Step = {
  name: 'checkComponents',
  does: 'Wait until every component of the cluster has all of its pods',
  on: controlPlanes,
  pace: { once: servesApi },
  retry: 'wait',
  needs: ['ready nodes'],
  async check({ host }) {
    const found = await Promise.all(workloads.map((workload) => host.read(rolledOut('kube-system', workload))));
    return found.flat();
  },
};
