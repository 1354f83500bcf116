import type { Client } from '@temporalio/client';
import { beyond } from '../cluster/beyond.js';
import type { Cluster } from '../cluster/cluster.js';
import { compare } from '../cluster/compare.js';
import type { Difference } from '../cluster/difference.js';
import { strangerDifferences, type RecordFound } from '../cluster/record-found.js';
import type { Subject } from '../cluster/subject.js';
import { askMasters } from './ask-masters.js';
import { UsageError } from './explain.js';
import { formatProblems } from './spec/format.js';
import { SpecProblems } from './spec/problem.js';
import type { ReadSpec } from './spec/read.js';

/**
 * How a wanted cluster differs from the one that stands; nothing where none does, or an install never came to its end. Of a run
 * about some hosts, in more than those. Throws when a control plane keeps a record that this kha cannot read, and UsageError
 * when there is none for hosts to be added to.
 */
export async function standingDifferences(client: Client, wanted: Cluster, subject?: Subject): Promise<Difference[]> {
  const found = await askMasters<RecordFound>(client, wanted, { workflow: 'readRecord', kind: 'record' });
  const [unreadable] = found.unreadable;
  if (unreadable)
    throw new Error(
      `the record of cluster ${wanted.name} on ${unreadable.host} ${unreadable.words}\nNext: nothing was touched; where nobody needs it, move /var/lib/kha/record.json on ${unreadable.host} away`,
    );
  const strangers = strangerDifferences(found, wanted);
  if (!found.record && subject && strangers.length === 0)
    throw new UsageError(
      `no control plane of ${wanted.name} that answers keeps a record of the cluster, for hosts to be added to it\n` +
        'Next: where it was never installed to the end, kha install without --only',
    );
  if (!found.record) return strangers;
  const { spec } = found.record;
  return [...strangers, ...(subject ? beyond(spec, wanted, subject) : compare(spec, wanted))];
}

/** The same, located in the spec's file: prints what is only to be known, and throws SpecProblems where an install is refused. */
export async function refuseDifferences(
  client: Client,
  { cluster, text, locate }: Pick<ReadSpec, 'cluster' | 'text' | 'locate'>,
  subject?: Subject,
  beforehand: (differences: readonly Difference[]) => void = () => undefined,
): Promise<void> {
  const differences = await standingDifferences(client, cluster, subject);
  const problems = locate(differences);
  if (problems.some(({ severity }) => severity === 'error')) {
    beforehand(differences);
    throw new SpecProblems(problems, text);
  }
  if (problems.length > 0) console.error(formatProblems(problems, text));
}
