import type { Client } from '@temporalio/client';

/** TaskQueueType of Temporal's API: what workers ask a task queue for. */
export const asked = { workflows: 1, activities: 2 } as const;
export type AskedFor = (typeof asked)[keyof typeof asked];

/** A worker asks for work at least once a minute; the server remembers it for five. Milliseconds. */
const seenWithin = 75_000;

/** A worker as the server knows it: what it calls itself, and when it last asked, in milliseconds since 1970. */
export interface Poller {
  readonly identity: string;
  readonly seenAt: number;
}

/** Workers that ask for a task queue's work, among them, for some minutes, those that have gone. */
export async function pollersOf(client: Client, name: string, taskQueueType: AskedFor): Promise<Poller[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    taskQueueType,
  });
  return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    seenAt: Number(lastAccessTime?.seconds ?? 0) * 1000,
  }));
}

/** Whether a worker is there that asks for this work now. */
export const isServed = async (client: Client, name: string, kind: AskedFor): Promise<boolean> =>
  (await pollersOf(client, name, kind)).some(({ seenAt }) => Date.now() - seenAt < seenWithin);
