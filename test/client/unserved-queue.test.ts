import type { Client } from '@temporalio/client';
import { afterEach, expect, it, vi } from 'vitest';
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

afterEach(() => vi.restoreAllMocks());
const never = () => Promise.resolve(false);

it('names the queue that nobody serves, and the command for it', async () => {
  expect(await unservedQueue(server(Infinity).client, { name: 'prod', taskQueue: 'site-b' }, 0, never)).toMatch(
    /no worker serves the task queue site-b, so nothing happens to cluster prod.*\n.*kha worker --task-queue site-b$/,
  );
  expect(await unservedQueue(server(Infinity).client, { name: 'prod' }, 0, never)).toMatch(
    /queue kubernetes-ha, .*\n.*kha worker$/,
  );
});

it('waits a moment for a worker that is just starting', async () => {
  const { client, asked } = server(2);
  expect(await unservedQueue(client, { name: 'prod', taskQueue: 'site-b' })).toBeUndefined();
  expect(asked).toEqual(['site-b', 'site-b']);
});

it('waits for the engine’s worker as long as that is on its way, and says so once', async () => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  const { client, asked } = server(4);
  expect(await unservedQueue(client, { name: 'prod' }, 0, () => Promise.resolve(true))).toBeUndefined();
  expect(asked).toHaveLength(4);
  expect(said.mock.calls).toEqual([['waiting for the engine’s worker, which is starting']]);
  let looks = 0;
  const dies = () => Promise.resolve((looks += 1) < 3);
  expect(await unservedQueue(server(Infinity).client, { name: 'prod' }, 0, dies)).toMatch(/^no worker serves/);
  expect(looks).toBe(3);
});
