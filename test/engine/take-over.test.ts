import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineStatus } from '../../src/engine/engine.js';
import { takeOverActivities, workerIdentity } from '../../src/engine/take-over.js';
import { ground } from '../lab/ground.js';

const { done, remove } = ground('none');
let client: Client;

beforeAll(async () => {
  await done('engine', 'start');
  const { address } = JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus;
  client = new Client({ connection: await Connection.connect({ address }) });
});
afterAll(async () => {
  await client.connection.close();
  await done('engine', 'stop');
  remove();
});

const queue = (name: string) => ({ name });
const namespace = 'default';

/** Activities by their names, each of its queue and begun by a worker of its identity; then nobody beats for them. */
async function begin(workflowId: string, activities: Record<string, { taskQueue: string; identity: string }>) {
  const { workflowService: service } = client;
  await client.workflow.start('any', { workflowId, taskQueue: workflowId });
  // Long polls want a deadline.
  const soon = <T>(poll: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + 20_000, poll);
  const { taskToken } = await soon(() => service.pollWorkflowTaskQueue({ namespace, taskQueue: queue(workflowId) }));
  const seconds = (count: number) => ({ seconds: count as never });
  await service.respondWorkflowTaskCompleted({
    namespace,
    taskToken,
    commands: Object.entries(activities).map(([activityId, { taskQueue }]) => ({
      commandType: 1,
      scheduleActivityTaskCommandAttributes: {
        activityId,
        activityType: { name: 'any' },
        taskQueue: queue(taskQueue),
        scheduleToCloseTimeout: seconds(600),
        heartbeatTimeout: seconds(300),
      },
    })),
  });
  for (const { taskQueue, identity } of Object.values(activities))
    await soon(() => service.pollActivityTaskQueue({ namespace, taskQueue: queue(taskQueue), identity }));
}

/** Which activities were given back, and wait to be begun anew. */
async function givenBack(workflowId: string): Promise<string[]> {
  const { pendingActivities } = await client.workflowService.describeWorkflowExecution({
    namespace,
    execution: { workflowId },
  });
  return (pendingActivities ?? []).filter(({ state }) => Number(state) !== 2).map(({ activityId }) => activityId!);
}

it('takes over what the engine’s dead worker had begun on this queue, and nothing else', async () => {
  const ended = spawnSync('true').pid;
  const dead = `kha-engine/${ended}/1@${hostname()} 0.1.0 (1f2e3d4c)`;
  await begin('cluster/taken-over', {
    dead: { taskQueue: 'a', identity: dead },
    living: { taskQueue: 'b', identity: await workerIdentity('0.1.0 (1f2e3d4c)') },
    stranger: { taskQueue: 'c', identity: '4711@elsewhere' },
    otherQueue: { taskQueue: 'd', identity: dead },
  });
  expect(await givenBack('cluster/taken-over')).toEqual([]);
  for (const taskQueue of ['a', 'b', 'c']) await takeOverActivities(client, taskQueue);
  expect(await givenBack('cluster/taken-over')).toEqual(['dead']);
});
