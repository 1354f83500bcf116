import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepInput } from '../../src/steps/step.js';
import { cluster } from '../clusters.js';
import { devServer, fakes, openBench, refusal, type Bench } from './bench.js';
import { largeCluster } from './large.js';
import { answer, held, reasonOf } from './people.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench(devServer);
});
afterAll(() => bench.close());

/** What is at work on fake hosts: it beats, hears that it was cancelled, and takes another second to end. */
class AtWork {
  readonly live = new Set<string>();

  async on(name: string, words?: string): Promise<void> {
    const { heartbeat, cancellationSignal } = Context.current();
    this.live.add(name);
    const beat = setInterval(() => heartbeat(), 50);
    try {
      while (!cancellationSignal.aborted) await sleep(20);
      await sleep(1_000);
      throw new CancelledFailure('cancelled', words === undefined ? [] : [words]);
    } finally {
      clearInterval(beat);
      this.live.delete(name);
    }
  }
}

describe('nothing is at work once a run has ended', () => {
  it('when a person cancels', async () => {
    const work = new AtWork();
    const behaviour = (step: string, { host }: StepInput) =>
      step === 'initControlPlane' ? work.on(host, host === 'm3' ? 'm3: it runs on' : undefined) : undefined;
    const calls = await bench.run(cluster(), { behaviour }, async (run) => {
      await run.until(() => work.live.size === 3);
      await run.handle.cancel();
      expect(await reasonOf(run.handle.result())).toMatch(/cancel/i);
      expect([...work.live]).toEqual([]);
      const { phase, lines } = await run.progress();
      expect(phase).toBe('cancelled');
      const cut = lines.filter(({ step }) => step === 'initControlPlane');
      expect(cut.map(({ host, state, problem }) => [host, state, problem])).toEqual([
        ['m1', 'cancelled', undefined],
        ['m2', 'cancelled', undefined],
        ['m3', 'cancelled', 'm3: it runs on'],
      ]);
    });
    expect(calls.some(({ step }) => step === 'checkControlPlane')).toBe(false);
  });

  it('when a person aborts at one host while others are at work', async () => {
    const work = new AtWork();
    const behaviour = (step: string, { host }: StepInput) => {
      if (step !== 'initControlPlane') return undefined;
      if (host === 'm1') throw refusal('kubeadm exited 1');
      return work.on(host);
    };
    await bench.run(cluster(), { behaviour }, async (run) => {
      await held(run);
      await run.until(() => work.live.size === 2);
      await answer(run, { verdict: 'abort' });
      expect(await reasonOf(run.handle.result())).toBe('ann aborted at initControlPlane on m1');
      expect([...work.live]).toEqual([]);
      expect((await run.progress()).lines.filter(({ state }) => state === 'running')).toEqual([]);
    });
  });

  it('when a person aborts at one host of a batch', async () => {
    const work = new AtWork();
    const masters = [1, 2, 3].map((n) => ({ name: `m${n}`, address: `10.0.0.${n}`, roles: ['control-plane'] }));
    const workers = Array.from({ length: 50 }, (_, n) => ({
      name: `w${n}`,
      address: `10.0.1.${n}`,
      roles: ['worker'],
    }));
    const failed = new Set<string>();
    const behaviour = (step: string, { host }: StepInput) => {
      if (step !== 'joinWorker' || !['w1', 'w2'].includes(host)) return undefined;
      // In the batch both fail: w1 is held at once, and w2, which was only silent, is at work by itself when the person answers.
      if (host === 'w2' && failed.has(host)) return work.on(host);
      failed.add(host);
      throw refusal(`kubeadm exited 1 on ${host}`, host === 'w2' ? 'Unreachable' : 'CommandFailed');
    };
    await bench.run(cluster({ hosts: [...masters, ...workers] }), { behaviour }, async (run) => {
      await held(run);
      await run.until(() => work.live.size === 1);
      await answer(run, { verdict: 'abort' });
      expect(await reasonOf(run.handle.result())).toBe('ann aborted at joinWorker on w1');
      expect([...work.live]).toEqual([]);
    });
  });

  it('when a person cancels while a gate’s plan is made', async () => {
    const work = new AtWork();
    const behaviour = (step: string, { host, mode }: StepInput) =>
      step === 'disableSwap' && mode === 'plan' && host !== 'm1' ? work.on(host) : undefined;
    await bench.run(cluster({ gates: ['before-changes'] }), { behaviour }, async (run) => {
      await run.until(() => work.live.size === 3);
      await run.handle.cancel();
      expect(await reasonOf(run.handle.result())).toMatch(/cancel/i);
      expect([...work.live]).toEqual([]);
    });
  });

  it('counts an activity that died while it was being cancelled as cancelled', async () => {
    let begun = false;
    const behaviour = async (step: string, { host }: StepInput) => {
      if (step !== 'initControlPlane' || host !== 'm2') return;
      begun = true;
      while (!Context.current().cancellationSignal.aborted) {
        Context.current().heartbeat();
        await sleep(20);
      }
      throw refusal('the connection broke');
    };
    await bench.run(cluster(), { behaviour }, async (run) => {
      await run.until(() => begun);
      await run.handle.cancel();
      expect(await reasonOf(run.handle.result())).toMatch(/cancel/i);
      const { phase, lines } = await run.progress();
      expect(phase).toBe('cancelled');
      expect(lines.find(({ step, host }) => step === 'initControlPlane' && host === 'm2')).toMatchObject({
        state: 'cancelled',
      });
    });
  });

  it('when a person cancels while waves join workers; what could not be stopped there is told', async () => {
    const activities = fakes([], () => undefined);
    const hanging = {
      ...activities,
      joinWorker: async (input: never) => {
        if (!('hosts' in (input as object))) return activities['joinWorker']!(input);
        const { cancelled } = Context.current();
        const beat = setInterval(() => Context.current().heartbeat(), 100);
        await cancelled.catch(() => undefined).finally(() => clearInterval(beat));
        throw new CancelledFailure('cancelled', ['kubeadm may go on on worker-0']);
      },
    };
    await bench.run(largeCluster(600), { activities: hanging }, async (run) => {
      await run.until(({ lines }) => lines.filter(({ step }) => step === 'joinWorker').length >= 23);
      await run.handle.cancel();
      await reasonOf(run.handle.result());
      expect((await run.handle.describe()).status.name).toBe('CANCELLED');
      expect(
        (await run.progress()).lines.filter(({ problem }) => problem === 'kubeadm may go on on worker-0'),
      ).not.toEqual([]);
    });
  }, 120_000);
});
