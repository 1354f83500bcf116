import type { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cluster } from '../clusters.js';
import { openBench, type Bench } from './bench.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

it('takes short stack traces in workflow code, which still tell where an error comes from', async () => {
  await bench.run(cluster(), { subject: { hosts: ['nobody'] } }, async ({ handle }) => {
    const error: unknown = await handle.result().catch((failure: unknown) => failure);
    const { stack = '' } = (error as WorkflowFailedError).cause ?? {};
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.length).toBeLessThanOrEqual(3);
  });
});
