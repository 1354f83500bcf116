import type { Machine } from '../../cluster/cluster.js';
import { nodeList } from '../../facts/kubectl.js';
import type { Asked } from '../host.js';

/** Which of the machines are not Ready nodes yet. They are counted by name: `kubeadm join` returns before its node is there. */
export async function unready(host: Asked, machines: readonly Machine[]): Promise<string[]> {
  const found = await host.read(nodeList);
  if (!found) return ['the API does not answer'];
  return machines.flatMap(({ name }) => {
    const node = found.find((one) => one.name === name);
    if (!node) return [`${name} is not a node yet`];
    return node.ready ? [] : [`${name} is not Ready`];
  });
}
