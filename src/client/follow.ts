import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ensureEngine } from '../engine/engine.js';
import type { Progress } from '../workflows/messages.js';
import { connected, tell } from './connect.js';
import { ask } from './ask.js';
import { progressOf } from './progress.js';
import { screen, type Screen } from './render/screen.js';

export const exitCodes = { done: 0, failed: 1, usage: 2, waiting: 3, interrupted: 130 } as const;
/** How often a run is looked at, in milliseconds. */
const interval = 400;

/**
 * Shows a run until it ends or waits for a person who is not there; gives the exit code. A server or worker that died is
 * started again. Ctrl-C leaves the run alone.
 */
export async function follow(begun: WorkflowHandle, client: Client): Promise<number> {
  let handle = begun;
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const view = screen(interactive);
  const interrupted = new AbortController();
  const onInterrupt = (): void => interrupted.abort();
  process.once('SIGINT', onInterrupt);
  let known: Progress | undefined;
  try {
    for (;;) {
      if (interrupted.signal.aborted) return leave(view, handle);
      const progress = await look(handle, known);
      if (!progress) {
        view.note('the engine or its worker is away; waiting for it');
        handle = await again(handle, client);
        continue;
      }
      known = progress;
      view.show(progress);
      if (progress.endedAt !== undefined) return await ending(view, handle, progress);
      if (progress.phase === 'waiting') {
        if (!interactive) return waiting(view, progress);
        view.pause();
        if (!(await ask(handle, progress, interrupted.signal))) return leave(view, handle);
      }
      await sleep(interval, undefined, { signal: interrupted.signal }).catch((error: unknown) => {
        if (!interrupted.signal.aborted) throw error;
      });
    }
  } finally {
    view.pause();
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** The run's progress; undefined when server or worker did not answer within a few seconds. */
async function look(handle: WorkflowHandle, known?: Progress): Promise<Progress | undefined> {
  try {
    return await handle.client.withDeadline(Date.now() + 5_000, () => progressOf(handle, known));
  } catch (error) {
    if (error instanceof Error && /not found/i.test(error.message)) throw error;
    return undefined;
  }
}

/** A handle on the same run once the engine stands again. */
async function again(handle: WorkflowHandle, client: Client): Promise<WorkflowHandle> {
  const { engine } = (await connected()).server;
  if (engine) await ensureEngine(tell);
  await sleep(500);
  return client.workflow.getHandle(handle.workflowId);
}

async function ending(view: Screen, handle: WorkflowHandle, { phase, cluster, mode }: Progress): Promise<number> {
  const { status } = await handle.describe();
  if (phase === 'done') {
    view.end();
    return exitCodes.done;
  }
  const reason =
    status.name === 'FAILED'
      ? await handle.result().then(
          () => '',
          (error: unknown) => innermost(error),
        )
      : '';
  view.end(
    `${mode === 'plan' ? 'plan' : 'install'} of ${cluster} ${phase}${reason ? `: ${reason}` : ''}; start it again where it was with: kha resume ${cluster}`,
  );
  return exitCodes.failed;
}

function innermost(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error ? cause.message : String(cause);
}

function waiting(view: Screen, { cluster, gates, lines }: Progress): number {
  const gate = gates.find(({ state }) => state === 'waiting');
  const held = lines.filter(({ state }) => state === 'held');
  const asks = [
    ...(gate ? [`kha approve ${cluster} ${gate.name}`] : []),
    ...held.map(
      ({ step, host }) =>
        `kha retry ${cluster} --step ${step} --host ${host}      (or kha skip … --reason …, or kha abort ${cluster})`,
    ),
  ];
  view.end(
    `waits for a person:\n${asks.map((line) => `  ${line}`).join('\n')}\nthen come back with: kha watch ${cluster}`,
  );
  return exitCodes.waiting;
}

function leave(view: Screen, handle: WorkflowHandle): number {
  const cluster = handle.workflowId.split('/')[1] ?? '';
  view.end(
    `the run of ${cluster} goes on without this terminal; come back with: kha watch ${cluster}      end it with: kha cancel ${cluster}`,
  );
  return exitCodes.interrupted;
}
