import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Cluster } from '../cluster/cluster.js';
import { canonical, specDigest } from '../cluster/digest.js';
import type { Subject } from '../cluster/subject.js';
import { subjectText } from '../workflows/messages.js';
import { UsageError } from './explain.js';
import { begin, latestRun } from './runs.js';
import { WorkflowExecutionAlreadyStartedError } from './temporal.js';

/**
 * Starts the install of a cluster, or of some of its hosts; where one of the same with the same spec is under way, attaches to
 * it and says so. Another one is attached to only where `anyway` says so: what is wanted here has no part in it. Throws UsageError.
 */
export async function startOrAttach(
  client: Client,
  cluster: Cluster,
  anyway: boolean,
  subject?: Subject,
): Promise<WorkflowHandle> {
  try {
    return await begin(client, cluster, 'apply', subject);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const { name } = cluster;
  const { handle, description } = await latestRun(client, name);
  const { specDigest: digest, startedBy, subject: hosts } = description.memo ?? {};
  const what = Array.isArray(hosts) ? `${subjectText(hosts as string[])} in ${name}` : name;
  const under = `an install of ${what} is under way (started ${description.startTime.toISOString()} by ${String(startedBy)})`;
  const other =
    digest !== (await specDigest(cluster))
      ? 'with another spec than this file'
      : canonical(hosts) !== canonical(subject?.hosts)
        ? 'and is about other hosts than these'
        : undefined;
  if (!other) console.error(`${under}: attached to it`);
  else if (anyway) console.error(`${under} ${other}: attached to it as it is`);
  else
    throw new UsageError(
      `${under} ${other}\n` +
        `Next: wait for its end (kha watch ${name}) and install again; or end it with kha cancel ${name}; or attach to it as it is: --attach`,
    );
  return handle;
}
