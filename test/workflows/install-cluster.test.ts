import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activityInfo } from '@temporalio/activity';
import { clusterOfRun } from '../../src/activities/cluster-of-run.js';
import * as catalogue from '../../src/steps/index.js';
import type { Outcome } from '../../src/steps/step.js';
import { message, type Approval, type Line, type Report } from '../../src/workflows/messages.js';
import { cluster } from '../clusters.js';
import { openBench, refusal, type Bench } from './bench.js';
import { answer, approve, held, reasonOf } from './people.js';
import { sites, stepsOf } from './sites.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const steps = new Map(Object.values(catalogue).map((step) => [step.name, step]));

describe('order', () => {
  it('has a site for every step of the catalogue', () => {
    const asked = Object.values(sites).flatMap((site) =>
      [...stepsOf(site).values()].filter((step) => step.on(site).length > 0),
    );
    expect(new Set(asked)).toEqual(new Set(steps.values()));
  });

  it.each(Object.entries(sites))('of %s: every step, each only after what it needs was given', async (_, wanted) => {
    let lines: readonly Line[] = [];
    const calls = await bench.run(wanted, {}, async ({ handle, progress }) => {
      await handle.result();
      ({ lines } = await progress());
    });
    const given = new Set<Outcome>();
    // What nobody gives on such a site is no need there: no certificate is asked for where every key is at hand.
    const givers = [...stepsOf(wanted).values()].filter((step) => step.on(wanted).length > 0);
    const toBeGiven = new Set(givers.map(({ gives }) => gives));
    // As the workflow began them; which of several under way a worker takes first is chance.
    for (const { step: name } of lines) {
      const step = steps.get(name)!;
      expect(
        step.needs?.filter((outcome) => toBeGiven.has(outcome) && !given.has(outcome)) ?? [],
        `${name} needs`,
      ).toEqual([]);
      if (step.gives) given.add(step.gives);
    }
    expect(calls.filter(({ step }) => !stepsOf(wanted).has(step))).toEqual([]);
    for (const [name, step] of stepsOf(wanted)) {
      const hosts = new Set(calls.filter((call) => call.step === name).map(({ host }) => host));
      const all = step.on(wanted).map((machine) => machine.name);
      expect(hosts, name).toEqual(new Set(step.pace !== 'all at once' && 'once' in step.pace ? all.slice(0, 1) : all));
    }
  });

  it('lets hosts run ahead of each other within a stage, but not into the next one', async () => {
    let slow = true;
    const seen: { step: string; host: string }[] = [];
    const calls = await bench.run(
      cluster(),
      {
        behaviour: async (step, { host }) => {
          seen.push({ step, host });
          if (step !== 'disableSwap' || host !== 'm1') return;
          await expect.poll(() => seen.some((call) => call.step === 'writeHostNames' && call.host === 'm2')).toBe(true);
          slow = false;
        },
      },
      async ({ handle }) => void (await handle.result()),
    );
    expect(slow).toBe(false);
    const first = calls.findIndex(({ step }) => step === 'installPackages');
    expect(calls.slice(0, first).filter(({ step }) => step === 'writeHostNames')).toHaveLength(4);
  });

  it('lets activities read the cluster through their own worker’s client', async () => {
    const read = clusterOfRun();
    const found = new Set<string>();
    const behaviour = async () => void found.add(JSON.stringify(await read(activityInfo().workflowExecution!)));
    await bench.run(cluster(), { behaviour }, async ({ handle }) => void (await handle.result()));
    expect([...found]).toEqual([JSON.stringify({ cluster: cluster() })]);
  });

  it.each([8, 60])('keeps a step’s pace: of %i workers never more than ten at once', async (count) => {
    let running = 0;
    let most = 0;
    const workers = Array.from({ length: count }, (_, n) => ({
      name: `w${n}`,
      address: `10.0.1.${n + 1}`,
      roles: ['worker'],
    }));
    await bench.run(
      cluster({ hosts: [...cluster().hosts.slice(0, 3), ...workers] }),
      {
        behaviour: async (step) => {
          if (step !== 'pointKubeletAtEndpoint') return;
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, 100));
          running -= 1;
        },
      },
      async ({ handle }) => {
        await handle.result();
        const events = (await handle.fetchHistory()).events ?? [];
        const activities = events.filter(
          ({ activityTaskScheduledEventAttributes: scheduled }) =>
            scheduled?.activityType?.name === 'pointKubeletAtEndpoint',
        );
        expect(activities.length).toBeLessThanOrEqual(count < 50 ? count + 3 : 9);
      },
    );
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(10);
  });
});

describe('gates', () => {
  const gates = ['before-changes', 'before-control-plane'];

  it('waits for each gate of the spec, shows what it lets happen, and remembers who opened it', async () => {
    const behaviour = (step: string, { mode }: { mode: string }) =>
      step === 'disableSwap' && mode === 'plan'
        ? { outcome: 'would change' as const, missing: ['swap is on'] }
        : undefined;
    await bench.run(cluster({ gates }), { behaviour }, async (run) => {
      const waiting = await run.until(({ phase }) => phase === 'waiting');
      expect(waiting.gates[0]).toMatchObject({ name: 'before-changes', state: 'waiting' });
      expect(waiting.gates[0]?.plan).toContain('m1: disableSwap: swap is on');
      expect(waiting.lines.some(({ stage }) => stage === 'Prepare hosts')).toBe(false);
      await approve(run, 'before-changes');
      await run.until(({ gates: [, second] }) => second?.state === 'waiting');
      await run.handle.signal(message.approveSignal, {
        gate: 'before-control-plane',
        by: 'pipeline',
      } satisfies Approval);
      await run.handle.result();
      expect((await run.progress()).gates.map(({ approvedBy }) => approvedBy)).toEqual(['ann', 'pipeline']);
    });
  });

  it('tells at once that a gate is unknown or open already, and takes an approval ahead of time', async () => {
    await bench.run(cluster({ gates }), {}, async (run) => {
      await run.until(({ phase }) => phase === 'waiting');
      expect(await reasonOf(approve(run, 'before-chagnes'))).toContain('has no gate "before-chagnes"');
      await approve(run, 'before-control-plane');
      expect(await reasonOf(approve(run, 'before-control-plane'))).toContain('was approved already, by ann');
      await approve(run, 'before-changes');
      await run.handle.result();
    });
  });
});

describe('holds', () => {
  const failing =
    (hosts: readonly string[]) =>
    (step: string, { host }: { host: string }, attempt: number) => {
      if (step === 'initControlPlane' && hosts.includes(host) && attempt === 1)
        throw refusal(`initControlPlane on ${host}: kubeadm exited 1`);
    };

  it('holds a failed step with its reason, lets the others go on, and retries on an answer', async () => {
    const behaviour = (step: string, { host }: { host: string }, attempt: number) => {
      if (step === 'checkHost' && host === 'm2' && attempt === 1)
        throw refusal('checkHost on m2: no sudo', 'StepUnfinished');
    };
    await bench.run(cluster(), { behaviour }, async (run) => {
      const { lines } = await held(run);
      expect(lines.find(({ state }) => state === 'held')).toMatchObject({
        host: 'm2',
        problem: 'checkHost on m2: no sudo',
      });
      await run.until((now) =>
        now.lines.some(({ step, host, state }) => step === 'checkRegistry' && host === 'm3' && state === 'done'),
      );
      await answer(run, {});
      expect(((await run.handle.result()) as Report).skipped).toBe(0);
    });
  });

  it('answers two held hosts apart, and wants a reason to skip', async () => {
    const calls = await bench.run(cluster(), { behaviour: failing(['m1', 'm2']) }, async (run) => {
      await run.until(({ lines }) => lines.filter(({ state }) => state === 'held').length === 2);
      expect(await reasonOf(answer(run, { verdict: 'skip', host: 'm1' }))).toContain('takes a reason');
      expect(await reasonOf(answer(run, { host: 'm3' }))).toContain(
        'held: initControlPlane on m1, initControlPlane on m2',
      );
      await answer(run, { verdict: 'skip', host: 'm1', reason: 'it was done by hand' });
      await answer(run, { host: 'm2' });
      expect((await run.handle.result()) as Report).toMatchObject({ skipped: 1 });
      expect((await run.progress()).lines.find(({ state }) => state === 'skipped')).toMatchObject({
        host: 'm1',
        reason: 'it was done by hand',
      });
    });
    expect(calls.filter(({ step, host }) => step === 'initControlPlane' && host === 'm1')).toHaveLength(1);
    expect(calls.filter(({ step, host }) => step === 'initControlPlane' && host === 'm2')).toHaveLength(2);
  });

  it('takes the first of two answers to one hold and refuses the second', async () => {
    const behaviour = async (step: string, input: { host: string }, attempt: number) => {
      failing(['m2'])(step, input, attempt);
      if (step === 'initControlPlane' && attempt > 1) await new Promise((resolve) => setTimeout(resolve, 1_000));
    };
    const calls = await bench.run(cluster(), { behaviour }, async (run) => {
      await held(run);
      const [first, second] = await Promise.all([
        reasonOf(answer(run, { by: 'ann' })),
        reasonOf(answer(run, { by: 'bob' })),
      ]);
      const refused = [first, second].filter((words) => words !== 'it went through');
      expect(refused).toHaveLength(1);
      expect(refused[0]).toMatch(/^initControlPlane on m2 was answered already: retry, by (ann|bob)$/);
      await run.handle.result();
    });
    expect(calls.filter(({ step, host }) => step === 'initControlPlane' && host === 'm2')).toHaveLength(2);
  });

  it('skips more than one step only when all of them are meant', async () => {
    await bench.run(cluster(), { behaviour: failing(['m1', 'm2']) }, async (run) => {
      await run.until(({ lines }) => lines.filter(({ state }) => state === 'held').length === 2);
      const skip = { verdict: 'skip', reason: 'by hand' } as const;
      expect(await reasonOf(answer(run, skip))).toContain(
        'that would skip initControlPlane on m1, initControlPlane on m2',
      );
      await answer(run, { ...skip, all: true });
      expect((await run.handle.result()) as Report).toMatchObject({ skipped: 2 });
    });
  });

  it('ends the operation when a person aborts, and destroys nothing', async () => {
    const calls = await bench.run(cluster(), { behaviour: failing(['m2']) }, async (run) => {
      await held(run);
      await answer(run, { verdict: 'abort' });
      expect(await reasonOf(run.handle.result())).toBe('ann aborted at initControlPlane on m2');
      expect((await run.progress()).phase).toBe('failed');
    });
    expect(calls.some(({ step }) => step === 'installCalico')).toBe(false);
  });

  it('refuses an answer while nothing is held', async () => {
    await bench.run(cluster({ gates: ['before-changes'] }), {}, async (run) => {
      await run.until(({ phase }) => phase === 'waiting');
      expect(await reasonOf(answer(run, {}))).toContain('held: nothing');
      await approve(run, 'before-changes');
      await run.handle.result();
    });
  });
});
