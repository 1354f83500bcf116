import type { Cluster, Machine } from '../../cluster/cluster.js';
import { controlPlanes, nodes, workers } from '../../cluster/roles.js';
import { concerned, type Subject } from '../../cluster/subject.js';
import { nodeList } from '../../facts/nodes.js';
import type { Asked } from '../host.js';

/** So many of each kind: who reaches two nodes through the network of pods has the same way to all of them. */
const enough = 2;
/** So many of each kind are asked for, as some may be away. */
const candidates = 10;

/**
 * The cluster with no other nodes than those that a run is about and a few that stand and are Ready, control planes and
 * workers, with whose pods theirs are to talk.
 */
export async function withNeighbours(cluster: Cluster, subject: Subject, host: Asked): Promise<Cluster> {
  const own = new Set(subject.hosts);
  const [masters, others] = [controlPlanes(cluster), workers(cluster)].map((machines) =>
    machines.filter(({ name }) => !own.has(name)).slice(0, candidates),
  );
  const names = [...masters!, ...others!].map(({ name }) => name);
  const ready = new Set((await host.read(nodeList(names)))?.flatMap((node) => (node.ready ? [node.name] : [])));
  const some = (machines: readonly Machine[]): readonly Machine[] =>
    machines.filter(({ name }) => ready.has(name)).slice(0, enough);
  return { ...cluster, hosts: [...some(masters!), ...some(others!), ...concerned(nodes(cluster), subject)] };
}
