import { beforeEach, expect, it, vi } from 'vitest';
import type { NativeConnection, Runtime, Worker, WorkerOptions } from '@temporalio/worker';
import { msToNumber } from '@temporalio/common/lib/time.js';
import { bundlerOptions } from '../src/bundler-options.js';
import { runWorker } from '../src/worker.js';
import { patientOptions, retryOptions } from '../src/workflows/retry.js';

const made: WorkerOptions[] = [];
vi.mock(import('@temporalio/worker'), async (original) => ({
  ...(await original()),
  Runtime: { install: () => undefined } as unknown as typeof Runtime,
  NativeConnection: {
    connect: () => Promise.resolve({ close: () => undefined }),
  } as unknown as typeof NativeConnection,
  Worker: {
    create(options: WorkerOptions) {
      made.push(options);
      return Promise.resolve({ run: () => undefined, getState: () => 'STOPPED' });
    },
  } as unknown as typeof Worker,
}));
beforeEach(() => {
  made.splice(0);
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

it('passes every heartbeat on: unless told the SDK would keep them back for most of the time that a server waits for one', async () => {
  await runWorker({ options: { address: 'nowhere' }, namespace: 'default' });
  const [{ maxHeartbeatThrottleInterval = '60s', defaultHeartbeatThrottleInterval = '30s' } = {}] = made;
  for (const interval of [maxHeartbeatThrottleInterval, defaultHeartbeatThrottleInterval])
    expect(msToNumber(interval)).toBeLessThanOrEqual(1_000);
});

it('serves sites by their own queues, and none of the workflows, which are the task queue’s', async () => {
  const server = { options: { address: 'nowhere' }, namespace: 'default' };
  await runWorker(server, { taskQueue: 'lab', sites: ['berlin', 'paris'] });
  expect(made.map(({ taskQueue }) => taskQueue)).toEqual(['lab/berlin', 'lab/paris']);
  await runWorker(server, { taskQueue: 'lab' });
  const servesWorkflows = ({ workflowBundle, workflowsPath }: WorkerOptions) =>
    workflowBundle !== undefined || workflowsPath !== undefined;
  expect(made.map(servesWorkflows)).toEqual([false, false, true]);
  expect(made.map(({ bundlerOptions }) => bundlerOptions)).toEqual([undefined, undefined, bundlerOptions]);
  for (const { activities } of made) expect(activities).toHaveProperty('joinWorker');
});

it('bears a worker or a server that stands still for half a minute, and ends no run before its activities', () => {
  for (const { heartbeatTimeout, cancellationType } of Object.values(retryOptions)) {
    expect(msToNumber(heartbeatTimeout ?? 0)).toBeGreaterThanOrEqual(30_000);
    expect(cancellationType).toBe('WAIT_CANCELLATION_COMPLETED');
  }
});

it('grants an attempt more time by the spec’s patience, and no other time', () => {
  expect(patientOptions('wait', 1)).toEqual(retryOptions.wait);
  expect(patientOptions('wait', 3)).toEqual({ ...retryOptions.wait, startToCloseTimeout: 45 * 60_000 });
});
