import type { Cluster, Machine } from '../../cluster/cluster.js';
import { nodeList } from '../../facts/nodes.js';
import { firstFew } from '../first-few.js';
import type { Asked } from '../host.js';

/** Without a network of pods no node becomes Ready, and it is enough that it is there. */
const staysUnready = (cluster: Cluster): boolean => cluster.networking.cni === 'none';

/** Up to so many are asked for by name; for more of them every node is. */
const few = 50;

/**
 * Which of the machines are not Ready nodes yet, or not nodes where nobody makes them Ready. They are counted by name:
 * `kubeadm join` returns before its node is there.
 */
export async function unready(cluster: Cluster, host: Asked, machines: readonly Machine[]): Promise<string[]> {
  const names = machines.map(({ name }) => name);
  const found = await host.read(nodeList(names.length > few ? undefined : names));
  if (!found) return ['the API does not answer'];
  const byName = new Map(found.map((node) => [node.name, node]));
  return firstFew(
    machines.flatMap(({ name }) => {
      const node = byName.get(name);
      if (!node) return [`${name} is not a node yet`];
      return node.ready || staysUnready(cluster) ? [] : [`${name} is not Ready`];
    }),
  );
}
