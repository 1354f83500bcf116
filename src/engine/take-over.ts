import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { startTime } from './process.js';

/** PendingActivityState of Temporal's API: a worker has taken the attempt and not given it back. */
const started = 2;

/**
 * What the engine's worker calls itself to the server: enough to tell later whether this very process still lives, and of
 * which code it is (running-code.ts).
 */
export const workerIdentity = async (code: string, pid = process.pid): Promise<string> =>
  `kha-engine/${pid}/${await startTime(pid)}@${hostname()} ${code}`;

/** The same of a worker that serves another server. */
export const standingIdentity = (code: string): string => `kha/${process.pid}@${hostname()} ${code}`;

/** The code of the worker with an identity; undefined of one that does not say. */
export const codeOf = (identity: string): string | undefined => /^kha(?:-engine)?\/\S+ (.+)$/.exec(identity)?.[1];

/**
 * Lets attempts of the engine's worker that died go on at once; the server would notice only when their heartbeats time out.
 * An attempt is touched only where it is of this task queue and the worker that took it was the engine's and is dead. It is
 * failed in that worker's name; the reset takes the failure and the pause before the next one off the count.
 */
export async function takeOverActivities(client: Client, taskQueue: string): Promise<void> {
  const { namespace } = client.options;
  for await (const { workflowId, runId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    const execution = { workflowId, runId };
    const { pendingActivities } = await client.workflowService.describeWorkflowExecution({ namespace, execution });
    for (const { activityId, state, activityOptions, lastWorkerIdentity } of pendingActivities ?? []) {
      if (!activityId || Number(state) !== started || activityOptions?.taskQueue?.name !== taskQueue) continue;
      if (!(await isDead(lastWorkerIdentity ?? ''))) continue;
      await client.workflowService.respondActivityTaskFailedById({
        namespace,
        workflowId,
        runId,
        activityId,
        failure: {
          message: 'the worker died in the middle of this attempt',
          source: 'kubernetes-ha',
          applicationFailureInfo: { type: 'WorkerLost' },
        },
      });
      await client.workflowService.resetActivity({ namespace, execution, id: activityId, keepPaused: true });
    }
  }
}

/** Whether an identity is that of an engine's worker on this machine which has ended; of any other nobody here can say. */
async function isDead(identity: string): Promise<boolean> {
  const [, pid, time, host] = /^kha-engine\/(\d+)\/(\d+)@(\S*)/.exec(identity) ?? [];
  return host === hostname() && (await startTime(Number(pid))) !== time;
}
