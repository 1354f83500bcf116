import type { Client, WorkflowHandle } from '@temporalio/client';
import { afterEach, expect, it, vi } from 'vitest';
import type { Connected } from '../../src/client/connect.js';
import { exitCodes, follow } from '../../src/client/follow.js';

/** Whoever waits here waits until he is told not to. */
vi.mock(import('node:timers/promises'), async (original) => ({
  ...(await original()),
  setTimeout: (_?: number, __?: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((_resolve, reject) =>
      signal?.aborted
        ? reject(signal.reason as Error)
        : signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    ),
}));
afterEach(() => vi.restoreAllMocks());

const head = { cluster: 'c', kubernetes: 'v1.37.2', operation: 'install', mode: 'apply', stage: 'Preflight' };

/** A run that is over once it was looked at; `end` tells so. */
function run(end: () => Promise<unknown>): { connected: Connected; handle: WorkflowHandle; left: AbortSignal[] } {
  let looks = 0;
  const query = () => {
    looks += 1;
    const over = looks > 1 ? { phase: 'done', endedAt: 1 } : { phase: 'running' };
    return Promise.resolve({ ...head, ...over, revision: looks, startedAt: 0, lines: [], gates: [] });
  };
  const describe = () => Promise.resolve({ status: { name: 'COMPLETED' } });
  const handle = { workflowId: 'cluster/c', query, describe, result: end } as unknown as WorkflowHandle;
  const left: AbortSignal[] = [];
  const client = {
    workflow: { getHandle: () => handle },
    withDeadline: (_: number, asked: () => Promise<unknown>) => asked(),
    withAbortSignal: (signal: AbortSignal, asked: () => Promise<unknown>) => (left.push(signal), asked()),
  } as unknown as Client;
  return { connected: { client, server: { options: {}, namespace: 'default' } } as unknown as Connected, handle, left };
}

it.each([
  ['the run’s end', () => Promise.resolve({})],
  ['a server that does not say', () => Promise.reject(new Error('away'))],
])('looks again at once after %s', async (_, end) => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const { connected, handle, left } = run(end);
  expect(await follow(connected, handle)).toBe(exitCodes.done);
  // The question is taken back, so that nothing keeps the process.
  expect(left.map(({ aborted }) => aborted)).toEqual([true]);
});

it('leaves at Ctrl-C', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const { connected, handle } = run(() => new Promise(() => undefined));
  const following = follow(connected, handle);
  await vi.waitUntil(() => process.listenerCount('SIGINT') > 0);
  process.emit('SIGINT');
  expect(await following).toBe(exitCodes.interrupted);
});
