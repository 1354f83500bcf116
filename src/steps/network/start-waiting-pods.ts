import { controlPlanes, nodes } from '../../cluster/roles.js';
import { kubectl } from '../../facts/kubectl.js';
import { nodeList } from '../../facts/nodes.js';
import { waitingPods } from '../../facts/pods.js';
import { servesApi } from '../fitness.js';
import type { CheckContext, Step } from '../step.js';
import { within } from '../within.js';

/**
 * A node is Ready once Calico's plugin lies there, a few seconds before calico-node has made it work. A pod that is started
 * in between fails, and its kubelet tries again after 10 to 15 s only (backOffPeriod of kubelet's pod workers); the pod that
 * a Deployment makes in its place is started at once. No container of such a pod has run.
 */
export const startWaitingPods: Step = {
  name: 'startWaitingPods',
  does: 'Start at once what was started in vain before the network of its node was up',
  on: (cluster) => (cluster.networking.cni === 'calico' ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes'],
  check: async (context) =>
    (await waiting(context)).map(({ name, node }) => `${name} waits for the network of ${node}`),
  async apply(context) {
    const { host } = context;
    await within(30, host, () => connected(context));
    const pods = (await waiting(context)).map(({ name }) => name);
    if (pods.length === 0) return;
    await host.run(kubectl(['-n', 'kube-system', 'delete', 'pod', '--ignore-not-found', '--wait=false', ...pods]));
    await within(10, host, async () => (await waiting(context)).length === 0);
  },
  // Whatever else keeps a pod from starting is told by checkComponents.
  verify: () => Promise.resolve([]),
};

const waiting = ({ host }: CheckContext) => host.read(waitingPods(['kube-dns', 'calico-kube-controllers']));

/** Every node: a pod's successor may come to another one than it was on. */
async function connected(context: CheckContext): Promise<boolean> {
  const [pods, found = []] = await Promise.all([waiting(context), context.host.read(nodeList())]);
  const up = new Set(found.filter((node) => node.connected).map(({ name }) => name));
  return pods.length === 0 || nodes(context.cluster).every(({ name }) => up.has(name));
}
