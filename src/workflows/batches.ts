import type { Cluster, Machine } from '../cluster/cluster.js';

/** Up to so many hosts each goes by itself; of larger clusters the workers go in batches of `batchSize`. */
export const few = 50;
const batchSize = 25;

/** Hosts that share activities. Each event of a history counts: see docs/decisions/0005-batches.md. */
export function batches(cluster: Cluster): Machine[][] {
  const alone = (machine: Machine): boolean =>
    cluster.hosts.length <= few || machine.roles.some((role) => role !== 'worker');
  const workers = cluster.hosts.filter((machine) => !alone(machine));
  return [
    ...cluster.hosts.filter(alone).map((machine) => [machine]),
    ...Array.from({ length: Math.ceil(workers.length / batchSize) }, (_, index) =>
      workers.slice(index * batchSize, (index + 1) * batchSize),
    ),
  ];
}
