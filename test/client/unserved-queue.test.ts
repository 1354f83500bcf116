import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { unservedQueue } from '../../src/client/unserved-queue.js';

/** A server on whose queue workers turn up at the nth look. */
function server(from: number): { readonly client: Client; readonly asked: string[] } {
  const asked: string[] = [];
  const describeTaskQueue = async ({ taskQueue }: { taskQueue: { name: string } }) =>
    Promise.resolve({ pollers: asked.push(taskQueue.name) >= from ? [{}] : [] });
  return {
    client: { options: { namespace: 'default' }, workflowService: { describeTaskQueue } } as unknown as Client,
    asked,
  };
}

it('names the queue that nobody serves, and the command for it', async () => {
  expect(await unservedQueue(server(Infinity).client, { name: 'prod', taskQueue: 'site-b' }, 0)).toMatch(
    /no worker serves the task queue site-b, so nothing happens to cluster prod.*\n.*kha worker --task-queue site-b$/,
  );
  expect(await unservedQueue(server(Infinity).client, { name: 'prod' }, 0)).toMatch(
    /queue kubernetes-ha, .*\n.*kha worker$/,
  );
});

it('waits a moment for a worker that is just starting', async () => {
  const { client, asked } = server(2);
  expect(await unservedQueue(client, { name: 'prod', taskQueue: 'site-b' })).toBeUndefined();
  expect(asked).toEqual(['site-b', 'site-b']);
});
