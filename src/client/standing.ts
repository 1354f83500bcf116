import type { Client } from '@temporalio/client';
import type { Cluster } from '../cluster/cluster.js';
import { compare } from '../cluster/compare.js';
import type { Difference } from '../cluster/difference.js';
import { strangerDifferences, type RecordFound } from '../cluster/record-found.js';
import { askMasters } from './ask-masters.js';
import { formatProblems } from './spec/format.js';
import { SpecProblems } from './spec/problem.js';
import type { ReadSpec } from './spec/read.js';

/**
 * How a wanted cluster differs from the one that stands; nothing where none does, or an install never came to its end.
 * Throws when a control plane keeps a record that this kha cannot read.
 */
export async function standingDifferences(client: Client, wanted: Cluster): Promise<Difference[]> {
  const found = await askMasters<RecordFound>(client, wanted, { workflow: 'readRecord', kind: 'record' });
  const [unreadable] = found.unreadable;
  if (unreadable)
    throw new Error(
      `the record of cluster ${wanted.name} on ${unreadable.host} ${unreadable.words}\nNext: nothing was touched; where nobody needs it, move /var/lib/kha/record.json on ${unreadable.host} away`,
    );
  return [...strangerDifferences(found, wanted), ...(found.record ? compare(found.record.spec, wanted) : [])];
}

/** The same, located in the spec's file: prints what is only to be known, and throws SpecProblems where an install is refused. */
export async function refuseDifferences(
  client: Client,
  { cluster, text, locate }: Pick<ReadSpec, 'cluster' | 'text' | 'locate'>,
  beforehand: (differences: readonly Difference[]) => void = () => undefined,
): Promise<void> {
  const differences = await standingDifferences(client, cluster);
  const problems = locate(differences);
  if (problems.some(({ severity }) => severity === 'error')) {
    beforehand(differences);
    throw new SpecProblems(problems, text);
  }
  if (problems.length > 0) console.error(formatProblems(problems, text));
}
