import { firstControlPlane } from '../../cluster/roles.js';
import { rolledOut } from '../../facts/rollout.js';
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
  on: firstControlPlane,
  pace: { atMost: 1 },
  retry: 'wait',
  needs: ['ready nodes'],
  async check({ host }) {
    const found = await Promise.all(workloads.map((workload) => host.read(rolledOut('kube-system', workload))));
    return found.flat();
  },
};
