import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { progressOf } from './progress.js';
import { asked, isServed } from './task-queues.js';
import { unservedSitesOf } from './unserved-sites.js';

/** How often one that waits is told what for; milliseconds. */
const everyNowAndThen = 10_000;

/** How a cancelled run ended: its status, and what may run on where a host could not be asked to stop it, a line each. */
export interface Cancelled {
  readonly status: string;
  readonly left: readonly string[];
}

/**
 * Cancels a run and returns once it has ended, which is when nothing of it is at work any longer. Throws when no worker is
 * there to end it: the request stands, and a worker that comes carries it out.
 */
export async function cancelRun(
  client: Client,
  handle: WorkflowHandle,
  tell: (words: string) => void,
): Promise<Cancelled> {
  await handle.cancel();
  const { runId } = await handle.describe();
  for (const words of await unservedSitesOf({ workflowId: handle.workflowId, runId })(client))
    tell(`what was begun there cannot be stopped: ${words}`);
  let told = Date.now();
  for (;;) {
    const description = await handle.describe();
    if (description.status.name !== 'RUNNING')
      return { status: description.status.name.toLowerCase(), left: await leftBy(handle) };
    if (!(await served(client, description.taskQueue)))
      throw new Error(
        `the run was asked to end, but no worker serves the task queue ${description.taskQueue}: what it began on hosts goes on. ` +
          `It ends once a worker runs: kha worker (of the embedded engine: kha engine start)`,
      );
    if (Date.now() > told + everyNowAndThen) {
      tell(`waiting for what is at work: ${atWork(description)}`);
      told = Date.now();
    }
    await sleep(250);
  }
}

/** Whether workers ask for a task queue's work, of both kinds. */
const served = async (client: Client, taskQueue: string): Promise<boolean> =>
  (await Promise.all(Object.values(asked).map((kind) => isServed(client, taskQueue, kind)))).every(Boolean);

const atWork = ({ raw }: WorkflowExecutionDescription): string => {
  const steps = (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '');
  const waves = (raw.pendingChildren ?? []).map(({ workflowId }) => workflowId ?? '');
  return [...steps, ...waves].join(', ') || 'the workflow itself';
};

async function leftBy(handle: WorkflowHandle): Promise<string[]> {
  const { lines } = await progressOf(handle);
  return lines.flatMap(({ state, problem }) => (state === 'cancelled' && problem ? [problem] : []));
}
