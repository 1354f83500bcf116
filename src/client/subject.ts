import type { Cluster } from '../cluster/cluster.js';
import { subjectProblems, type Subject } from '../cluster/subject.js';
import { UsageError } from './explain.js';

/** What a run is about by the hosts that a person named; undefined where nobody named any. Throws UsageError. */
export function subjectOf(cluster: Cluster, only: readonly string[] | undefined): Subject | undefined {
  if (!only) return undefined;
  const subject = { hosts: [...only] };
  const problems = subjectProblems(cluster, subject);
  if (problems.length === 0) return subject;
  throw new UsageError(
    `--only ${only.join(',')}: ${problems.join('; ')}\nNext: nothing was touched; kha install without --only asks every host`,
  );
}
