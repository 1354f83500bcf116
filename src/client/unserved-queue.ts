import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Cluster } from '../cluster/cluster.js';
import { taskQueueOf } from '../workflows/messages.js';

/** TaskQueueType of Temporal's API: where workers ask for workflow tasks. */
const ofWorkflows = 1;

/**
 * Says in words that no worker asks for the cluster's tasks, or nothing where one does. A worker that is just starting is
 * waited for, `patience` milliseconds at most; the server knows for some minutes of one that has gone.
 */
export async function unservedQueue(
  client: Client,
  cluster: Pick<Cluster, 'name' | 'taskQueue'>,
  patience = 3_000,
): Promise<string | undefined> {
  const name = taskQueueOf(cluster);
  const deadline = Date.now() + patience;
  for (;;) {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name },
      taskQueueType: ofWorkflows,
    });
    if (pollers && pollers.length > 0) return undefined;
    if (Date.now() >= deadline) break;
    await sleep(200);
  }
  return `no worker serves the task queue ${name}, so nothing happens to cluster ${cluster.name} until one does\nNext: start it where the hosts can be reached: kha worker${cluster.taskQueue ? ` --task-queue ${name}` : ''}`;
}
