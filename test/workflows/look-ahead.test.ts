import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AheadInput } from '../../src/steps/step.js';
import type { Report } from '../../src/workflows/messages.js';
import { cluster } from '../clusters.js';
import { openBench, refusal, type Ahead, type Bench, type Call } from './bench.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** An install, what was looked ahead for, and which steps were given to a host. */
async function install(ahead: Ahead, mode: 'apply' | 'plan' = 'apply') {
  const looks: AheadInput[] = [];
  let report: Report | undefined;
  let lines: readonly unknown[] = [];
  const calls = await bench.run(
    cluster(),
    { mode, ahead: (input) => (looks.push(input), ahead(input)) },
    async ({ handle, progress }) => {
      report = (await handle.result()) as Report;
      ({ lines } = await progress());
    },
  );
  return { looks, report: report!, lines, calls };
}

const stepsOn = (calls: readonly Call[], name: string): string[] =>
  calls.filter(({ host }) => host === name).map(({ step }) => step);
const allDone: Ahead = ({ hosts, steps }) => [{ hosts, done: steps.map((step) => ({ step, warnings: [] })) }];

describe('a look ahead', () => {
  it.each(['apply', 'plan'] as const)('spares a host every step of which nothing is missing (%s)', async (mode) => {
    const none = await install(() => [], mode);
    const all = await install(allDone, mode);
    // Steps that act once, and those that stand alone in their stage, look for themselves.
    expect(stepsOn(all.calls, 'w1').length).toBeLessThan(stepsOn(none.calls, 'w1').length / 2);
    expect(stepsOn(all.calls, 'w1')).not.toContain('installPackages');
    expect(all.report.done).toBe(none.report.done);
    const told = (lines: readonly unknown[]): string[] =>
      (lines as { stage: string; step: string; host: string }[])
        .map(({ stage, step, host }) => `${stage} ${step} ${host}`)
        .sort();
    expect(told(all.lines)).toEqual(told(none.lines));
    expect(all.looks.filter(({ hosts }) => hosts.includes('w1')).length).toBeGreaterThan(2);
  });

  it('ends at the first step of which something is missing, for the rest of the run', async () => {
    const { calls, looks, lines } = await install(({ hosts, steps }) => {
      const upTo = steps.indexOf('disableSwap');
      const done = (upTo < 0 ? steps : steps.slice(0, upTo)).map((step) => ({ step, warnings: [`${step} warns`] }));
      return [{ hosts, done }];
    });
    const own = stepsOn(calls, 'w1');
    expect(own).not.toContain('claimHost');
    expect(own).toEqual(expect.arrayContaining(['disableSwap', 'loadKernelModules', 'installPackages']));
    expect(looks.filter(({ hosts }) => hosts.includes('w1')).at(-1)!.steps).toContain('disableSwap');
    expect(lines).toContainEqual(
      expect.objectContaining({ step: 'claimHost', host: 'w1', state: 'done', warnings: ['claimHost warns'] }),
    );
  });

  it('is asked for a host’s own steps, and nobody is asked of whom one step alone is meant', async () => {
    const { looks } = await install(allDone);
    const worker = looks.filter(({ hosts }) => hosts.includes('w1')).flatMap(({ steps }) => steps);
    expect(worker).toContain('claimHost');
    expect(worker).not.toContain('configureHaproxy');
    for (const { steps } of looks) expect(steps.length).toBeGreaterThan(1);
  });

  it('that fails costs nothing but itself', async () => {
    const { calls, report } = await install(() => {
      throw refusal('the look ahead is broken', 'Error');
    });
    expect(stepsOn(calls, 'w1')).toContain('claimHost');
    expect(report.problems).toEqual([]);
  });
});

it('shows the first step as under way meanwhile, and ends with its run', async () => {
  const never: Ahead = async () => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 50);
    return context.cancelled.finally(() => clearInterval(beat));
  };
  await bench.run(cluster(), { ahead: never }, async ({ handle, until }) => {
    const { lines } = await until(({ lines: told }) => told.length === cluster().hosts.length);
    expect(lines.map(({ step, host, state }) => [step, host, state])).toContainEqual(['checkHost', 'w1', 'running']);
    await handle.cancel();
    const ended = await until(({ endedAt }) => endedAt !== undefined);
    expect(ended.phase).toBe('cancelled');
    expect(ended.lines.map(({ state }) => state)).not.toContain('running');
  });
});
