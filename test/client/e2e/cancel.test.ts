import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cancelRun } from '../../../src/client/cancel.js';
import { begin } from '../../../src/client/runs.js';
import { taskQueue } from '../../../src/workflows/messages.js';
import { atBerlin, cluster } from '../../clusters.js';
import { bundled, devServer, fakes } from '../../workflows/bench.js';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await devServer();
  // Its workers are not those of an engine that this machine may have.
  vi.stubEnv('TEMPORAL_ADDRESS', environment.address);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await environment.teardown();
});

describe('kha cancel', () => {
  it('says that no worker is there, and the request stands until one comes', async () => {
    const { client, nativeConnection: connection } = environment;
    const handle = await begin(client, cluster({ name: `c${randomUUID().slice(0, 8)}` }), 'apply');
    await expect(cancelRun(client, handle, () => undefined)).rejects.toThrow(
      `no worker serves the task queue ${taskQueue}: what it began on hosts goes on`,
    );
    expect((await handle.describe()).status.name).toBe('RUNNING');

    const workflowBundle = await bundled('../../src/workflows/index.ts');
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle,
      activities: fakes([], () => undefined),
    });
    await worker.runUntil(async () => {
      expect(await cancelRun(client, handle, () => undefined)).toEqual({ status: 'cancelled', left: [] });
    });
  });

  it('says of a site without a worker that nothing can be stopped there, and ends the run all the same', async () => {
    const { client, nativeConnection: connection } = environment;
    const workflowBundle = await bundled('../../src/workflows/index.ts');
    const activities = fakes([], () => undefined);
    const worker = await Worker.create({ connection, taskQueue, workflowBundle, activities });
    await worker.runUntil(async () => {
      const handle = await begin(client, atBerlin({ name: `c${randomUUID().slice(0, 8)}` }), 'apply');
      const told: string[] = [];
      const { status } = await cancelRun(client, handle, (words) => void told.push(words));
      expect(status).toBe('cancelled');
      expect(told.join()).toMatch(/^what was begun there cannot be stopped: no worker serves the site berlin, .* w1 /);
    });
  });

  it('waits for what is at work, and tells what could not be stopped', async () => {
    const { client, nativeConnection: connection } = environment;
    const workflowBundle = await bundled('../../src/workflows/index.ts');
    let atWork = 0;
    const behaviour = async (step: string, { host }: { host: string }) => {
      if (step !== 'checkHost') return;
      atWork += 1;
      const { heartbeat, cancellationSignal } = Context.current();
      const beat = setInterval(() => heartbeat(), 50);
      await new Promise((resolve) => cancellationSignal.addEventListener('abort', resolve));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      clearInterval(beat);
      atWork -= 1;
      throw new CancelledFailure('cancelled', host === 'm2' ? ['m2: it may run on'] : []);
    };
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle,
      activities: fakes([], behaviour),
      maxHeartbeatThrottleInterval: '100ms',
    });
    await worker.runUntil(async () => {
      const handle = await begin(client, cluster({ name: `c${randomUUID().slice(0, 8)}` }), 'apply');
      await expect.poll(() => atWork, { timeout: 20_000 }).toBe(4);
      const { status, left } = await cancelRun(client, handle, () => undefined);
      expect(atWork).toBe(0);
      expect({ status, left }).toEqual({ status: 'cancelled', left: ['m2: it may run on'] });
    });
  });
});
