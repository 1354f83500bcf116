import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { unservedSites, unservedSitesOf } from '../../src/client/unserved-sites.js';
import { inputVersion } from '../../src/cluster/input-version.js';
import { atBerlin, cluster } from '../clusters.js';

const now = () => ({ lastAccessTime: { seconds: Math.floor(Date.now() / 1000) } });
const gone = () => ({ lastAccessTime: { seconds: Math.floor(Date.now() / 1000) - 120 } });
const spread = cluster({
  hosts: [
    ...cluster().hosts,
    ...['berlin', 'berlin', 'paris'].map((site, n) => ({
      name: `s${n}`,
      address: `10.0.1.${n + 1}`,
      roles: ['worker'],
      site,
    })),
  ],
});

/** A server that knows these workers of queues, and remembers which queues it was asked about. */
function server(pollers: Readonly<Record<string, object[]>>) {
  const asked: string[] = [];
  const describeTaskQueue = async ({ taskQueue, taskQueueType }: { taskQueue: { name: string }; taskQueueType: 2 }) => {
    asked.push(`${taskQueue.name} ${taskQueueType}`);
    return Promise.resolve({ pollers: pollers[taskQueue.name] });
  };
  const client = { options: { namespace: 'default' }, workflowService: { describeTaskQueue } };
  return { client: client as unknown as Client, asked };
}

it('names each site that nobody serves, its hosts, and the command that starts a worker for it', async () => {
  const { client, asked } = server({ 'kubernetes-ha/paris': [now()] });
  expect(await unservedSites(client, spread, 0, true)).toEqual([
    'no worker serves the site berlin, so nothing happens to s0 and 1 more of cluster test until one does\nNext: start it where these hosts and the control planes can be reached: kha worker --site berlin',
  ]);
  // Activities are all that a site's worker asks for.
  expect(asked).toEqual(['kubernetes-ha/berlin 2', 'kubernetes-ha/paris 2']);
});

it('takes no worker that has gone for one that serves', async () => {
  const { client } = server({ 'kubernetes-ha/berlin': [gone()], 'kubernetes-ha/paris': [gone(), now()] });
  expect(await unservedSites(client, spread, 0, true)).toHaveLength(1);
});

it('asks for the queue of the cluster’s own, and nothing where no host is at a site', async () => {
  const { client, asked } = server({});
  expect(await unservedSites(client, atBerlin({ taskQueue: 'lab' }), 0, true)).toEqual([
    expect.stringMatching(/: kha worker --site berlin --task-queue lab$/),
  ]);
  expect(asked).toEqual(['lab/berlin 2']);
  expect(await unservedSites(client, cluster(), 0, true)).toEqual([]);
});

it('says that no site reaches the embedded engine', async () =>
  expect(await unservedSites(server({}).client, atBerlin(), 0, false)).toEqual([
    expect.stringMatching(/embedded engine can be reached from this machine only: .*TEMPORAL_ADDRESS.* --site berlin$/),
  ]));

it('waits a moment for a worker that is just starting', async () => {
  const pollers: Record<string, object[]> = {};
  const { client, asked } = server(pollers);
  setTimeout(() => (pollers['kubernetes-ha/berlin'] = [now()]), 300);
  expect(await unservedSites(client, atBerlin(), 5_000, true)).toEqual([]);
  expect(asked.length).toBeGreaterThan(1);
});

it('knows of a run under way by what it was started with, which it reads once', async () => {
  const { client } = server({});
  let reads = 0;
  Object.assign(client.workflowService, {
    getWorkflowExecutionHistory: () => {
      reads += 1;
      const event = { workflowExecutionStartedEventAttributes: { input: { payloads: [{}] } } };
      return Promise.resolve({ history: { events: [event] } });
    },
  });
  const input = { schema: inputVersion, kha: 'test', mode: 'apply', cluster: atBerlin() };
  Object.assign(client.options, {
    loadedDataConverter: { payloadCodecs: [], payloadConverter: { fromPayload: () => input } },
  });
  const ask = unservedSitesOf({ workflowId: 'cluster/test', runId: 'r' });
  for (let times = 0; times < 2; times += 1) expect(await ask(client)).toHaveLength(1);
  expect(reads).toBe(1);
  // What another kha began is its own to tell of.
  Object.assign(input, { schema: inputVersion + 1 });
  expect(await unservedSitesOf({ workflowId: 'cluster/other', runId: 'r' })(client)).toEqual([]);
});
