import type { Cluster } from './cluster.js';
import type { Difference } from './difference.js';
import type { ClusterRecord, ReadBack } from './parse-record.js';

/** What one control plane said of the cluster that it belongs to. */
export type MasterSaid = { readonly host: string } & (
  | {
      /** The cluster whose host it says it is; empty when none's. */
      readonly claim: string;
      /** Nothing where it keeps no record. */
      readonly found: ReadBack | undefined;
    }
  | { readonly silent: string }
);

/** What the control planes that the file names keep of their cluster. */
export interface RecordFound {
  /** The newest of those of this cluster: a control plane that was away keeps an older one. */
  readonly record: ClusterRecord | undefined;
  readonly unreadable: readonly { readonly host: string; readonly words: string }[];
  /** Control planes of the file that belong to another cluster; `recorded` where that one's record is on them. */
  readonly strangers: readonly { readonly host: string; readonly cluster: string; readonly recorded: boolean }[];
}

export function recordFound(name: string, answers: readonly MasterSaid[]): RecordFound {
  const records: ClusterRecord[] = [];
  const unreadable: RecordFound['unreadable'][number][] = [];
  const strangers: RecordFound['strangers'][number][] = [];
  for (const answer of answers) {
    if ('silent' in answer) continue;
    const { host, claim, found } = answer;
    if (found && 'unreadable' in found) unreadable.push({ host, words: found.unreadable });
    const cluster = found && 'record' in found ? found.record.spec.name : claim;
    if (cluster !== '' && cluster !== name) strangers.push({ host, cluster, recorded: found !== undefined });
    else if (found && 'record' in found) records.push(found.record);
  }
  const [record] = records.sort((a, b) => (a.at < b.at ? 1 : -1));
  return { record, unreadable, strangers };
}

/** Hosts that are another cluster's. All of one other cluster and none of this: the name was changed. */
export function strangerDifferences({ record, strangers }: RecordFound, wanted: Cluster): Difference[] {
  const waived = wanted.preflight.waive.includes('leftovers');
  const counted = strangers.filter(({ recorded }) => recorded || !waived);
  const [first] = counted;
  if (!first) return [];
  if (!record && counted.every(({ cluster }) => cluster === first.cluster))
    return [
      {
        kind: 'field changed',
        path: ['name'],
        severity: 'error',
        message: `${counted.map(({ host }) => host).join(', ')} stand as cluster ${first.cluster}, and a cluster keeps its name`,
        found: wanted.name,
        expected: `${first.cluster}; or hosts that belong to no cluster`,
      },
    ];
  return counted.map(({ host, cluster }) => ({
    kind: 'host changed',
    path: ['hosts', wanted.hosts.findIndex(({ name }) => name === host), 'name'],
    severity: 'error',
    message: `${host} belongs to cluster ${cluster}`,
    found: host,
    expected: 'a host that belongs to no cluster, or to this one',
  }));
}
