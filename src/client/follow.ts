import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { isStopped } from '../engine/engine.js';
import { titleOf, type Progress } from '../workflows/messages.js';
import { ask } from './ask.js';
import { isAway } from './away.js';
import type { Connected } from './connect.js';
import { progressOf } from './progress.js';
import { screen, type Screen } from './render/screen.js';
import { unservedSitesOf } from './unserved-sites.js';
import { stillMoves, waitsFor } from './waits-for.js';

export const exitCodes = { done: 0, failed: 1, usage: 2, waiting: 3, interrupted: 130 } as const;
/** How often a run is looked at, in milliseconds. */
const interval = 400;
/** For how long a run may say nothing new before its server is asked whether it still runs; milliseconds. */
const patience = 2_000;
/** For how long it may say nothing new before it is asked whether a site has no worker; milliseconds. */
const stillness = 30_000;

/**
 * Shows a run until it ends or waits for a person who is not there; gives the exit code. A server or worker that died is
 * started again. Ctrl-C leaves the run alone. Throws what no waiting mends.
 */
export async function follow(connected: Connected, { workflowId }: WorkflowHandle): Promise<number> {
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const view = screen(interactive);
  const interrupted = new AbortController();
  /** Ends what is waited for until the next look. */
  let pause = new AbortController();
  const look = (): void => pause.abort();
  const onInterrupt = (): void => {
    interrupted.abort();
    look();
  };
  process.once('SIGINT', onInterrupt);
  const left = new AbortController();
  // Each long poll listens to it.
  setMaxListeners(0, left.signal);
  let known: Progress | undefined;
  let checkedAt = Date.now();
  let movedAt = Date.now();
  let unserved: ((client: Connected['client']) => Promise<string[]>) | undefined;
  let told = '';
  awaitEnd();
  try {
    for (;;) {
      const handle = connected.client.workflow.getHandle(workflowId);
      if (interrupted.signal.aborted) return leave(view, handle);
      if (pause.signal.aborted) pause = new AbortController();
      const progress = await unlessAway(() => progressOf(handle, known));
      // The progress of a run that somebody terminated never ends.
      const quiet = progress?.revision === known?.revision && Date.now() - checkedAt > patience;
      if (!finished(progress) && (quiet || progress?.phase === 'waiting')) {
        checkedAt = Date.now();
        const described = await unlessAway(() => handle.describe());
        if (described && described.status.name !== 'RUNNING' && !finished(await unlessAway(() => progressOf(handle))))
          return cutShort(view, handle, described.status.name);
        if (described && progress?.phase === 'running' && Date.now() - movedAt > stillness) {
          const ask = (unserved ??= unservedSitesOf(described));
          const words = ((await unlessAway(() => ask(connected.client))) ?? []).join('\n');
          // Told once, and left above what is drawn from then on.
          if (words !== told) view.pause();
          if (words !== told && words !== '') view.note(words);
          told = words;
        }
      }
      if (!progress) {
        if (connected.server.engine && isStopped()) return standing(view, handle);
        view.note('the engine or its worker is away; waiting for it');
        await unlessAway(async () => {
          await connected.again();
          awaitEnd();
        });
        await sleep(500);
        continue;
      }
      if (progress.revision !== known?.revision) movedAt = Date.now();
      known = progress;
      view.show(progress);
      if (finished(progress)) return await ending(view, handle, progress);
      if (progress.phase === 'waiting' && !stillMoves(progress, Date.now() - movedAt)) {
        if (!interactive) return waiting(view, progress);
        view.pause();
        if (!(await ask(handle, progress, interrupted.signal))) return leave(view, handle);
      }
      await sleep(interval, undefined, { signal: pause.signal }).catch((error: unknown) => {
        if (!pause.signal.aborted) throw error;
      });
    }
  } finally {
    left.abort();
    view.pause();
    process.removeListener('SIGINT', onInterrupt);
  }

  /** Looks at the run at once when it ends. Where the server does not say so, it is looked at all the same. */
  function awaitEnd(): void {
    const { client } = connected;
    client.withAbortSignal(left.signal, () => client.workflow.getHandle(workflowId).result()).then(look, look);
  }

  /** An answer; undefined when server or worker did not give one within a few seconds. */
  async function unlessAway<T>(asked: () => Promise<T>): Promise<T | undefined> {
    try {
      return await connected.client.withDeadline(Date.now() + 5_000, asked);
    } catch (error) {
      if (isAway(error)) return undefined;
      throw error;
    }
  }
}

const clusterOf = ({ workflowId }: WorkflowHandle): string => workflowId.split('/')[1] ?? '';

const finished = (progress: Progress | undefined): boolean => progress?.endedAt !== undefined;

function cutShort(view: Screen, handle: WorkflowHandle, status: string): number {
  const cluster = clusterOf(handle);
  view.end(
    `the run of ${cluster} was ended from outside (${status.toLowerCase().replaceAll('_', ' ')}); what it had begun on hosts may still be at work; start it again where it was with: kha resume ${cluster}`,
  );
  return exitCodes.failed;
}

async function ending(view: Screen, handle: WorkflowHandle, progress: Progress): Promise<number> {
  const { phase, cluster } = progress;
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
    `${titleOf(progress)} ${phase}${reason ? `: ${reason}` : ''}; start it again where it was with: kha resume ${cluster}`,
  );
  return exitCodes.failed;
}

/** The engine was stopped by a person, who may have come to look at it: starting it is theirs too. */
function standing(view: Screen, handle: WorkflowHandle): number {
  const cluster = clusterOf(handle);
  view.end(`the engine was stopped, so the run of ${cluster} stands still; let it go on with: kha watch ${cluster}`);
  return exitCodes.waiting;
}

function innermost(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error ? cause.message : String(cause);
}

function waiting(view: Screen, progress: Progress): number {
  view.end(waitsFor(progress));
  return exitCodes.waiting;
}

function leave(view: Screen, handle: WorkflowHandle): number {
  const cluster = clusterOf(handle);
  view.end(
    `the run of ${cluster} goes on without this terminal; come back with: kha watch ${cluster}      end it with: kha cancel ${cluster}`,
  );
  return exitCodes.interrupted;
}
