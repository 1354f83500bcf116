import type { Client } from '@temporalio/client';
import { expect, it, vi } from 'vitest';
import { begin } from '../../src/client/runs.js';
import { cluster } from '../clusters.js';

it.each(['apply', 'plan'] as const)(
  'starts an operation, mode %s, on the task queue of the cluster’s site',
  async (mode) => {
    const start = vi.fn<(name: string, options: { taskQueue: string }) => Promise<object>>(() => Promise.resolve({}));
    const describeTaskQueue = vi.fn(() => Promise.resolve({ pollers: [{}] }));
    const client = { options: { namespace: 'default' }, workflow: { start }, workflowService: { describeTaskQueue } };
    await begin(client as unknown as Client, cluster({ taskQueue: 'site-b' }), mode);
    expect(start.mock.calls[0]![1].taskQueue).toBe('site-b');
    expect(describeTaskQueue).toHaveBeenCalledWith(expect.objectContaining({ taskQueue: { name: 'site-b' } }));
  },
);

it('says what an operation about some hosts is about: in its input, its memo and its summary', async () => {
  const start = vi.fn<(name: string, options: Record<string, unknown>) => Promise<object>>(() => Promise.resolve({}));
  const describeTaskQueue = vi.fn(() => Promise.resolve({ pollers: [{}] }));
  const client = { options: { namespace: 'default' }, workflow: { start }, workflowService: { describeTaskQueue } };
  const subject = { hosts: ['w1'] };
  await begin(client as unknown as Client, cluster(), 'apply', subject);
  expect(start.mock.calls[0]![1]).toMatchObject({
    workflowId: 'cluster/test',
    args: [{ subject }],
    memo: { subject: ['w1'] },
    staticSummary: 'Install w1 into test, Kubernetes v1.37.2',
    staticDetails: '- w1 (10.0.0.21): worker',
  });
});
