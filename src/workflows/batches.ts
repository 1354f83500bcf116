import type { Cluster, Machine } from '../cluster/cluster.js';
import type { HostPace } from '../steps/step.js';

/** Up to so many hosts each goes by itself; of larger clusters the workers go in batches of `batchSize`. */
export const few = 50;
const batchSize = 25;

/** Hosts that share activities, `size` of them at most. Each event of a history counts: see docs/decisions/0005-batches.md. */
export function batches(cluster: Cluster, size = batchSize): Machine[][] {
  const alone = (machine: Machine): boolean =>
    cluster.hosts.length <= few || machine.roles.some((role) => role !== 'worker');
  const workers = cluster.hosts.filter((machine) => !alone(machine));
  return [
    ...cluster.hosts.filter(alone).map((machine) => [machine]),
    ...Array.from({ length: Math.ceil(workers.length / size) }, (_, index) =>
      workers.slice(index * size, (index + 1) * size),
    ),
  ];
}

/** Batches in their order, and how many of them may be under way at once so that no more hosts are than the pace allows. */
export function paced(cluster: Cluster, pace: HostPace): { readonly batches: Machine[][]; readonly lanes: number } {
  if (pace === 'all at once') {
    const found = batches(cluster);
    return { batches: found, lanes: found.length };
  }
  const found = batches(cluster, Math.min(pace.atMost, batchSize));
  const largest = Math.max(...found.map(({ length }) => length));
  return { batches: found, lanes: Math.floor(pace.atMost / largest) };
}
