import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { Cluster } from '../cluster/cluster.js';
import { specDigest } from '../cluster/digest.js';
import { UsageError } from './explain.js';
import { begin, latestRun } from './runs.js';

/**
 * Starts the install of a cluster; where one with the same spec is under way, attaches to it and says so. One with
 * another spec is attached to only where `anyway` says so: what this file wants has no part in it. Throws UsageError.
 */
export async function startOrAttach(client: Client, cluster: Cluster, anyway: boolean): Promise<WorkflowHandle> {
  try {
    return await begin(client, cluster, 'apply');
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const { name } = cluster;
  const { handle, description } = await latestRun(client, name);
  const { specDigest: digest, startedBy } = description.memo ?? {};
  const under = `an install of ${name} is under way (started ${description.startTime.toISOString()} by ${String(startedBy)})`;
  if (digest === (await specDigest(cluster))) console.error(`${under}: attached to it`);
  else if (anyway) console.error(`${under} with another spec than this file: attached to it as it is`);
  else
    throw new UsageError(
      `${under} with another spec than this file\n` +
        `Next: wait for its end (kha watch ${name}) and install again; or end it with kha cancel ${name}; or attach to it as it is: --attach`,
    );
  return handle;
}
