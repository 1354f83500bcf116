import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.js';
import { hostsAt, sitesOf, type Site } from '../../src/cluster/sites.js';
import { siteQueue, type Progress, type Report } from '../../src/workflows/messages.js';
import { cluster } from '../clusters.js';
import { fakes, openBench, refusal, whileAllRun, type Bench, type Call } from './bench.js';
import { largeCluster, replaySeconds } from './large.js';
import { answer } from './people.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Three workers without a site, and as many at each of two. */
const spread = (wanted: Cluster): Cluster => ({
  ...wanted,
  hosts: wanted.hosts.map((host, n) => {
    const site = [undefined, 'berlin', 'paris'][n % 3];
    return host.roles.includes('worker') && site ? { ...host, site } : host;
  }),
});
const small = spread(
  cluster({
    hosts: [
      ...cluster().hosts.slice(0, 3),
      ...Array.from({ length: 6 }, (_, n) => ({ name: `w${n}`, address: `10.0.1.${n + 1}`, roles: ['worker'] })),
    ],
  }),
);

/** Workers of the task queue, and of each site, that reach their own hosts and no others. */
async function each(wanted: Cluster, taskQueue: string, work: () => Promise<void>): Promise<Map<Site, Call[]>> {
  const calls = new Map<Site, Call[]>();
  const workers = await Promise.all(
    [undefined, ...sitesOf(wanted)].map((site) => {
      const own: Call[] = [];
      calls.set(site, own);
      const reached = new Set(hostsAt(wanted, site).map(({ name }) => name));
      const activities = fakes(own, (step, { host }) => {
        if (!reached.has(host)) throw refusal(`${step} on ${host}: no route from ${site}`, 'LoginRefused');
      });
      return bench.worker(site === undefined ? taskQueue : siteQueue(taskQueue, site), activities);
    }),
  );
  await whileAllRun(workers, work);
  return calls;
}

const hostsIn = (calls: readonly Call[] = []): string[] => [...new Set(calls.map(({ host }) => host))].sort();

it('has each site’s workers carry out what is done on its hosts, and nobody else', async () => {
  const taskQueue = randomUUID();
  let ended: Progress | undefined;
  const calls = await each(small, taskQueue, async () => {
    const run = await bench.start(small, taskQueue);
    expect((await run.handle.result()) as Report).toMatchObject({ skipped: 0, problems: [] });
    ended = await run.progress();
    const history = await run.handle.fetchHistory();
    expect(await replaySeconds(bench.bundle, history, run.handle.workflowId)).toBeLessThan(10);
    const { EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: scheduled } = temporal.api.enums.v1.EventType;
    const queues = history.events!.filter(({ eventType }) => eventType === scheduled);
    const names = queues.map((event) => event.activityTaskScheduledEventAttributes!.taskQueue!.name);
    expect([...new Set(names)].sort()).toEqual([taskQueue, `${taskQueue}/berlin`, `${taskQueue}/paris`].sort());
  });
  expect(hostsIn(calls.get(undefined))).toEqual(['m1', 'm2', 'm3', 'w0', 'w3']);
  expect(hostsIn(calls.get('berlin'))).toEqual(['w1', 'w4']);
  expect(hostsIn(calls.get('paris'))).toEqual(['w2', 'w5']);
  // Hosts are compared once at each site, and on a line of its own.
  const compared = ended!.lines.filter(({ step }) => step === 'compareHosts');
  expect(compared.map(({ host, ranOn }) => [host, ranOn])).toEqual([
    ['cluster', 'm1'],
    ['cluster/berlin', 'w1'],
    ['cluster/paris', 'w2'],
  ]);
});

it.each([
  [90, 'in batches'],
  [700, 'in waves'],
])(
  'does so with %i hosts, %s',
  async (count) => {
    const wanted = spread(largeCluster(count, ['before-changes']));
    const taskQueue = randomUUID();
    const calls = await each(wanted, taskQueue, async () => {
      const run = await bench.start(wanted, taskQueue);
      const waiting = await run.until(({ gates: [gate] }) => gate?.state === 'waiting');
      expect(waiting.lines.filter(({ state }) => state !== 'done')).toEqual([]);
      await run.handle.executeUpdate('approve', { args: [{ gate: 'before-changes', by: 'test' }] });
      expect((await run.handle.result()) as Report).toMatchObject({ skipped: 0, problems: [] });
    });
    for (const site of [undefined, 'berlin', 'paris'])
      expect(hostsIn(calls.get(site))).toEqual(
        hostsAt(wanted, site)
          .map(({ name }) => name)
          .sort(),
      );
  },
  300_000,
);

it('waits for a site that has no worker, goes on elsewhere meanwhile, and with that site once one comes', async () => {
  const taskQueue = randomUUID();
  const [first, late]: [Call[], Call[]] = [[], []];
  const wanted = spread(cluster({ hosts: [...cluster().hosts.slice(0, 3), small.hosts[3], small.hosts[4]] }));
  const main = await bench.worker(
    taskQueue,
    fakes(first, () => undefined),
  );
  await main.runUntil(async () => {
    const run = await bench.start(wanted, taskQueue);
    // The others have come to what is compared once all hosts have been looked at.
    const { lines: told } = await run.until(
      ({ lines }) => lines.filter(({ step, state }) => step === 'checkRegistry' && state === 'done').length === 4,
    );
    const waits = told.filter(({ state }) => state === 'running');
    expect(waits.map(({ step, host }) => [step, host])).toEqual([['checkHost', 'w1']]);
    expect(hostsIn(first)).toEqual(['m1', 'm2', 'm3', 'w0']);
    const berlin = await bench.worker(
      siteQueue(taskQueue, 'berlin'),
      fakes(late, (step, _, attempt) => {
        if (step === 'joinWorker' && attempt === 1) throw refusal('kubeadm exited 1');
      }),
    );
    await berlin.runUntil(async () => {
      await run.until(({ lines }) => lines.some(({ step, state }) => step === 'joinWorker' && state === 'held'));
      await answer(run, { verdict: 'retry', host: 'w1' });
      await run.handle.result();
    });
  });
  expect(hostsIn(late)).toEqual(['w1']);
});
