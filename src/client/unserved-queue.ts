import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Cluster } from '../cluster/cluster.js';
import { hasOwnServer } from '../engine/connection.js';
import { awaitedWorker } from '../engine/engine.js';
import { taskQueue, taskQueueOf } from '../workflows/messages.js';
import { asked, pollersOf } from './task-queues.js';

/**
 * Says in words that no worker asks for the cluster's tasks, or nothing where one does. A worker that is just starting is
 * waited for, `patience` milliseconds at most, and longer as long as `isStarting` says so: on a machine under load the
 * engine's own may need minutes. The server knows for some minutes of one that has gone.
 */
export async function unservedQueue(
  client: Client,
  cluster: Pick<Cluster, 'name' | 'taskQueue'>,
  patience = 3_000,
  isStarting = ofEngine(cluster),
): Promise<string | undefined> {
  const name = taskQueueOf(cluster);
  const deadline = Date.now() + patience;
  let said = false;
  for (;;) {
    if ((await pollersOf(client, name, asked.workflows)).length > 0) return undefined;
    if (Date.now() >= deadline) {
      if (!(await isStarting())) break;
      if (!said) console.error('waiting for the engine’s worker, which is starting');
      said = true;
    }
    await sleep(200);
  }
  return `no worker serves the task queue ${name}, so nothing happens to cluster ${cluster.name} until one does\nNext: start it where the hosts can be reached: kha worker${cluster.taskQueue ? ` --task-queue ${name}` : ''}`;
}

/** The engine's worker serves one queue, and no other server. */
const ofEngine = (cluster: Pick<Cluster, 'taskQueue'>): (() => Promise<boolean>) =>
  taskQueueOf(cluster) === taskQueue && !hasOwnServer() ? awaitedWorker() : () => Promise.resolve(false);
