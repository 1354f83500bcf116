import type { Cluster } from '../../cluster/cluster.js';
import { controlPlanes } from '../../cluster/roles.js';
import { isSeed } from '../../cluster/seed-profile.js';
import { rolledOut } from '../../facts/rollout.js';
import { actedBefore } from '../acted-before.js';
import { servesApi } from '../fitness.js';
import { cniAddOns, notLaid } from '../manifests.js';
import { notReady } from '../readiness.js';
import type { CheckContext, Step } from '../step.js';

/** What answers for names of the cluster. */
export const nameServer = (cluster: Cluster): string => `deployment/${isSeed(cluster) ? 'kube-dns' : 'coredns'}`;

/** CoreDNS starts once there is a network of pods, whoever made it. */
const workloads = (cluster: Cluster, { cni } = cluster.networking): string[] => [
  ...(cni === 'none' ? [] : [nameServer(cluster)]),
  ...(cni === 'calico' ? ['deployment/calico-kube-controllers', 'daemonset/calico-node'] : []),
  'daemonset/kube-proxy',
];

/** What of a network of the site’s own is not ready: some of it may need workers, so it is not waited for before them. */
async function ownNetwork(context: CheckContext): Promise<string[]> {
  const manifests = cniAddOns(context.cluster);
  if (manifests.length === 0) return [];
  const found = await actedBefore(context, (host) => notLaid(host, manifests));
  return 'read' in found ? notReady(found, manifests) : [...found];
}

export const checkComponents: Step = {
  name: 'checkComponents',
  does: 'Wait until every component of the cluster has all of its pods',
  on: controlPlanes,
  pace: { once: servesApi },
  retry: 'wait',
  needs: ['ready nodes'],
  async check(context) {
    const { cluster, host } = context;
    const found = await Promise.all(
      workloads(cluster).map((workload) => host.read(rolledOut('kube-system', workload))),
    );
    return [...found.flat(), ...(await ownNetwork(context))];
  },
};
