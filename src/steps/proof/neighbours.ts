import type { Cluster, Machine } from '../../cluster/cluster.js';
import { controlPlanes, nodes, workers } from '../../cluster/roles.js';
import { concerned, type Subject } from '../../cluster/subject.js';
import { nodeList } from '../../facts/kubectl.js';
import type { Asked } from '../host.js';

/** So many of each kind: who reaches two nodes through the network of pods has the same way to all of them. */
const enough = 2;

/**
 * The cluster with no other nodes than those that a run is about and a few that stand and are Ready, control planes and
 * workers, with whose pods theirs are to talk.
 */
export async function withNeighbours(cluster: Cluster, subject: Subject, host: Asked): Promise<Cluster> {
  const ready = new Set((await host.read(nodeList))?.flatMap((node) => (node.ready ? [node.name] : [])));
  const own = concerned(nodes(cluster), subject);
  const some = (machines: readonly Machine[]): readonly Machine[] =>
    machines.filter((machine) => ready.has(machine.name) && !own.includes(machine)).slice(0, enough);
  return { ...cluster, hosts: [...some(controlPlanes(cluster)), ...some(workers(cluster)), ...own] };
}
