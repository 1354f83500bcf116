import type { Cluster, Machine } from '../cluster/cluster.js';
import { isWorkerOnly } from '../cluster/roles.js';
import type { HostPace } from '../steps/step.js';
import { batchSize, few, most, waveSize } from './sizes.js';

/** Workers that share activities: each event of a history counts, see docs/decisions/0005-batches.md. */
const sharing = ({ hosts }: Cluster): Machine[] => (hosts.length <= few ? [] : hosts.filter(isWorkerOnly));

/** By host, the site of each that is at one. */
export type Sites = ReadonlyMap<string, string>;

export const sitesByHost = ({ hosts }: Pick<Cluster, 'hosts'>): Sites =>
  new Map(hosts.flatMap(({ name, site }) => (site === undefined ? [] : [[name, site] as const])));

/** Hosts by name, a list for each site: one activity is one worker's, which need not reach another site. */
export function bySite(hosts: readonly string[], sites: Sites): string[][] {
  const found = new Map<string | undefined, string[]>();
  for (const host of hosts) {
    const site = sites.get(host);
    const own = found.get(site);
    if (own) own.push(host);
    else found.set(site, [host]);
  }
  return [...found.values()];
}

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));

/** Hosts by name that share activities in the run's own workflow, `size` of them at most; without those of its waves. */
export function batches(cluster: Cluster, size = batchSize): string[][] {
  const together = sharing(cluster);
  const shared = new Set(together);
  return [
    ...cluster.hosts.filter((host) => !shared.has(host)).map(({ name }) => [name]),
    ...(together.length > most ? [] : batchesOf(names(together), sitesByHost(cluster), size)),
  ];
}

/** Hosts by name that go through a stage in a child workflow of their own, in the order of the spec and site by site. */
export const waves = (cluster: Cluster): string[][] => {
  const together = sharing(cluster);
  return together.length > most ? chunks(bySite(names(together), sitesByHost(cluster)).flat(), waveSize) : [];
};

const batchesOf = (hosts: readonly string[], sites: Sites, size = batchSize): string[][] =>
  bySite(hosts, sites).flatMap((own) => chunks(own, size));

const names = (machines: readonly Machine[]): string[] => machines.map(({ name }) => name);

/** Batches in their order, and how many of them may be under way at once so that no more hosts are than the pace allows. */
export interface Paced {
  readonly batches: string[][];
  readonly lanes: number;
}

export const paced = (cluster: Cluster, pace: HostPace): Paced => within(pace, (size) => batches(cluster, size));

/** The same of the hosts of a wave. */
export const pacedWave = (hosts: readonly string[], sites: Sites, pace: HostPace): Paced =>
  within(pace, (size) => batchesOf(hosts, sites, size));

function within(pace: HostPace, inBatches: (size?: number) => string[][]): Paced {
  if (pace === 'all at once') {
    const found = inBatches();
    return { batches: found, lanes: found.length };
  }
  const found = inBatches(Math.min(pace.atMost, batchSize));
  const largest = Math.max(1, ...found.map(({ length }) => length));
  return { batches: found, lanes: Math.floor(pace.atMost / largest) };
}
