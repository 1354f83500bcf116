import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { Cluster } from '../cluster/cluster.js';
import { begin, latestRun, specDigest } from './runs.js';

/** Starts the install of a cluster; where one is under way, attaches to it and says so, also when it has another spec. */
export async function startOrAttach(client: Client, cluster: Cluster): Promise<WorkflowHandle> {
  try {
    return await begin(client, cluster, 'apply');
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const { handle, description } = await latestRun(client, cluster.name);
  const { specDigest: digest, startedBy } = description.memo ?? {};
  console.error(
    `an install of ${cluster.name} is under way (started ${description.startTime.toISOString()} by ${String(startedBy)}): attached to it`,
  );
  if (digest !== specDigest(cluster)) {
    console.error(
      'it began with another spec than this file: what was changed since has no part in it; install again once it has ended, or end it with: kha cancel ' +
        cluster.name,
    );
  }
  return handle;
}
