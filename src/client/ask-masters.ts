import type { Client } from '@temporalio/client';
import type { Cluster } from '../cluster/cluster.js';
import { inputVersion } from '../cluster/input-version.js';
import type { OperationInput } from '../cluster/operation-input.js';
import { version } from '../version.js';
import { unservedQueue } from './unserved-queue.js';
import { taskQueueOf } from '../workflows/messages.js';
import { TimeoutFailure, WorkflowFailedError } from './temporal.js';

/** Seconds for which an answer is waited for. */
const patience = 60;
/** Milliseconds for which a worker is waited for; the embedded engine may be starting one. */
const starting = 15_000;

/**
 * Lets the worker ask the control planes that a spec names, as only it may reach them: a tiny workflow `kind/<name>/…` beside
 * whatever is under way. `more` are further arguments of the workflow. Throws when no worker answers.
 */
export async function askMasters<T>(
  client: Client,
  cluster: Cluster,
  question: { readonly workflow: string; readonly kind: string },
  ...more: unknown[]
): Promise<T> {
  const input: OperationInput = { schema: inputVersion, kha: version, mode: 'plan', cluster };
  const unserved = await unservedQueue(client, cluster, starting);
  if (unserved) throw new Error(unserved);
  const taskQueue = taskQueueOf(cluster);
  try {
    return (await client.workflow.execute(question.workflow, {
      workflowId: `${question.kind}/${cluster.name}/${Date.now().toString(36)}`,
      taskQueue,
      args: [input, ...more],
      workflowExecutionTimeout: `${patience}s`,
    })) as T;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure)) throw error;
    throw new Error(
      `no worker of task queue ${taskQueue} answered within ${patience} s\nNext: see that one runs (kha engine status, or kha worker beside a server of your own)`,
      { cause: undefined },
    );
  }
}
