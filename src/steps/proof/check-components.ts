import type { Cluster } from '../../cluster/cluster.js';
import { controlPlanes } from '../../cluster/roles.js';
import { rolledOut } from '../../facts/rollout.js';
import { servesApi } from '../fitness.js';
import type { Step } from '../step.js';

/** CoreDNS starts once there is a network of pods, whoever made it. */
const workloads = ({ networking: { cni } }: Cluster): string[] => [
  ...(cni === 'none' ? [] : ['deployment/coredns']),
  ...(cni === 'calico' ? ['deployment/calico-kube-controllers', 'daemonset/calico-node'] : []),
  'daemonset/kube-proxy',
];

export const checkComponents: Step = {
  name: 'checkComponents',
  does: 'Wait until every component of the cluster has all of its pods',
  on: controlPlanes,
  pace: { once: servesApi },
  retry: 'wait',
  needs: ['ready nodes'],
  async check({ cluster, host }) {
    const found = await Promise.all(
      workloads(cluster).map((workload) => host.read(rolledOut('kube-system', workload))),
    );
    return found.flat();
  },
};
