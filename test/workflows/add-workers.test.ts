import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterOfRun } from '../../src/activities/cluster-of-run.js';
import { activityInfo } from '@temporalio/activity';
import type { Cluster } from '../../src/cluster/cluster.js';
import * as catalogue from '../../src/steps/index.js';
import type { Outcome } from '../../src/steps/step.js';
import type { Line, Report } from '../../src/workflows/messages.js';
import { cluster } from '../clusters.js';
import { openBench, refusal, type Bench } from './bench.js';
import { largeCluster } from './large.js';
import { answer, approve, held, reasonOf } from './people.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const steps = new Map(Object.values(catalogue).map((step) => [step.name, step]));
const masters = ['m1', 'm2', 'm3'];
const subject = { hosts: ['worker-7'] };

/** What a cluster that stands has given before. */
const standing: readonly Outcome[] = [
  'api endpoint',
  'control plane',
  'healthy control plane',
  'network',
  'signed certificates',
];

describe('a run about some workers of a cluster', () => {
  it('goes to them, keeps the record on every control plane, and leaves every other worker alone', async () => {
    let lines: readonly Line[] = [];
    const calls = await bench.run(largeCluster(60), { subject }, async ({ handle, progress }) => {
      const report = (await handle.result()) as Report;
      expect(report.subject).toEqual(['worker-7']);
      ({ lines } = await progress());
      expect((await progress()).subject).toEqual(['worker-7']);
    });
    const on = (step: string): string[] =>
      [...new Set(calls.filter((call) => call.step === step).map(({ host }) => host))].sort();
    expect(new Set(calls.map(({ host }) => host))).toEqual(new Set([...masters, 'worker-7']));
    for (const { name, pace, forCluster } of steps.values()) {
      const once = pace !== 'all at once' && 'once' in pace;
      const expected = forCluster ? masters : once ? ['m1'] : ['worker-7'];
      if (on(name).length > 0) expect(on(name), name).toEqual(expected);
    }
    for (const name of ['joinWorker', 'pullImages', 'compareRecord', 'writeRecord', 'publishRecord', 'proveNetwork'])
      expect(on(name), name).not.toEqual([]);
    const given = new Set<Outcome>(standing);
    for (const { step: name } of lines) {
      const { needs = [], gives } = steps.get(name)!;
      expect(
        needs.filter((outcome) => !given.has(outcome)),
        `${name} needs`,
      ).toEqual([]);
      if (gives) given.add(gives);
    }
  });

  it('has activities know what it is about', async () => {
    const read = clusterOfRun();
    const found = new Set<string>();
    const behaviour = async () =>
      void found.add(JSON.stringify((await read(activityInfo().workflowExecution!)).subject));
    await bench.run(
      cluster(),
      { subject: { hosts: ['w1'] }, behaviour },
      async ({ handle }) => void (await handle.result()),
    );
    expect([...found]).toEqual([JSON.stringify({ hosts: ['w1'] })]);
  });

  it('counts its own hosts only: of a cluster that goes in waves it needs none', async () => {
    await bench.run(largeCluster(1_000), { subject }, async ({ handle }) => {
      await handle.result();
      const { events = [] } = await handle.fetchHistory();
      expect(events!.filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes)).toEqual([]);
      expect(events!.length).toBeLessThan(400);
    });
  });

  it('goes in waves itself where it is about very many', async () => {
    const many = largeCluster(1_000);
    const hosts = many.hosts.slice(3, 803).map(({ name }) => name);
    const calls = await bench.run(many, { subject: { hosts } }, async ({ handle }) => void (await handle.result()));
    expect(new Set(calls.map(({ host }) => host))).toEqual(new Set([...masters, ...hosts]));
  });

  it('shows at a gate what will happen to them alone', async () => {
    const behaviour = () => ({ outcome: 'would change' as const, missing: ['something'] });
    const wanted = cluster({
      gates: ['before-changes'],
      hosts: [...cluster().hosts, { name: 'w2', address: '10.0.0.22', roles: ['worker'] }],
    });
    await bench.run(wanted, { subject: { hosts: ['w2'] }, behaviour }, async (run) => {
      const { gates } = await run.until(({ phase }) => phase === 'waiting');
      expect(gates[0]!.plan).toContain('w2: installPackages: something');
      expect(gates[0]!.plan.filter((line) => !line.startsWith('w2: '))).toEqual([]);
      await approve(run, 'before-changes');
      await run.handle.result();
    });
  });

  it('is held and answered as any other', async () => {
    const behaviour = (step: string, _: unknown, attempt: number) => {
      if (step === 'compareRecord' && attempt === 1) throw refusal('hosts: w9 is not part of it', 'StepUnfinished');
    };
    const calls = await bench.run(cluster(), { subject: { hosts: ['w1'] }, behaviour }, async (run) => {
      await held(run);
      await answer(run, {});
      await run.handle.result();
    });
    const first = calls.findIndex(({ step }) => step === 'claimHost');
    expect(calls.slice(0, first).filter(({ step }) => step === 'compareRecord').length).toBeGreaterThan(3);
  });

  it.each<[string, Cluster, string[], RegExp]>([
    ['a host that the spec does not know', cluster(), ['w1', 'w9'], /no host w9; its workers: w1$/],
    ['a control plane', cluster(), ['m1'], /^m1 is control-plane; only a host that is a worker/],
  ])('begins nothing for %s', async (_, wanted, hosts, words) => {
    const calls = await bench.run(wanted, { subject: { hosts } }, async ({ handle }) => {
      expect(await reasonOf(handle.result())).toMatch(words);
    });
    expect(calls).toEqual([]);
  });
});
