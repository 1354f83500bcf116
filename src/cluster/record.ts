import { loginAddress, sshSettings, type Cluster, type SshSettings } from './cluster.js';
import { canonical } from './digest.js';
import type { ClusterRecord } from './parse-record.js';
import { recordVersion } from './record-version.js';

/** The run that writes a record. */
export interface Author {
  readonly kha: string;
  readonly operation: string;
  readonly run: string;
  readonly digest: string;
}

/** What is to be written of a cluster; removed hosts are remembered until a host of that name is there again. */
export const recordOf = (cluster: Cluster, author: Author, before?: ClusterRecord): ClusterRecord => ({
  schema: recordVersion,
  ...author,
  at: new Date().toISOString(),
  spec: cluster,
  removed: (before?.removed ?? []).filter(({ name }) => !cluster.hosts.some((host) => host.name === name)),
});

/** Characters up to which a record is written for people too; a larger one has to fit into a ConfigMap. */
const legible = 500_000;

export function recordText(record: ClusterRecord): string {
  const text = JSON.stringify(record, null, 2);
  return `${text.length > legible ? JSON.stringify(record) : text}\n`;
}

/** What a record lacks to tell of this cluster, in words; who wrote it and when is no difference. */
export function outdated(found: ClusterRecord, wanted: ClusterRecord): string[] {
  const words: string[] = [];
  if (found.spec.name !== wanted.spec.name) words.push(`is of cluster ${found.spec.name}`);
  else if (canonical(found.spec) !== canonical(wanted.spec)) words.push('is of another spec');
  if (found.kha !== wanted.kha) words.push(`was written by kha ${found.kha}`);
  if (canonical(found.removed) !== canonical(wanted.removed)) words.push('names other removed hosts');
  return words;
}

/** Where a host is logged in to that the record knows, removed or not; undefined when it knows none of that name. */
export function recordedHost(
  { spec, removed }: ClusterRecord,
  name: string,
): { address: string; ssh: SshSettings } | undefined {
  const machine = spec.hosts.find((host) => host.name === name);
  return machine
    ? { address: loginAddress(machine), ssh: sshSettings(spec, machine) }
    : removed.find((host) => host.name === name);
}
