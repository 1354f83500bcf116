import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/workflows/messages.js';
import { cluster } from '../clusters.js';
import { openBench, refusal, type Bench } from './bench.js';
import { answer, held, reasonOf } from './people.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

describe('retries', () => {
  it.each([
    ['edit', 'disableSwap', 'CommandFailed', 5],
    ['download', 'pullImages', 'CommandFailed', 8],
    ['bootstrap', 'joinWorker', 'CommandFailed', 1],
    ['bootstrap', 'joinWorker', 'StepUnfinished', 1],
    ['inspect', 'checkHost', 'StepUnfinished', 1],
    ['edit', 'disableSwap', 'HostKeyChanged', 1],
    ['bootstrap', 'joinWorker', 'LoginRefused', 1],
  ])('%s: %s that ends with %s is tried %i times before a person is asked', async (_class, name, type, times) => {
    const calls = await bench.run(
      cluster(),
      {
        behaviour: (step, { host }) => {
          if (step === name && host === 'w1') throw refusal('no', type);
        },
      },
      async (run) => {
        await bench.environment.sleep('5 minutes');
        await held(run);
        await answer(run, { verdict: 'abort' });
        await reasonOf(run.handle.result());
      },
    );
    expect(calls.filter(({ step, host }) => step === name && host === 'w1')).toHaveLength(times);
  });

  it('tries a bootstrap step again when the host was lost, as often as it takes', async () => {
    const calls = await bench.run(
      cluster(),
      {
        behaviour: (step, _input, attempt) => {
          if (step === 'joinWorker' && attempt < 12) throw refusal('does not answer', 'Unreachable');
        },
      },
      async ({ handle }) => void (await handle.result()),
    );
    expect(calls.filter(({ step }) => step === 'joinWorker')).toHaveLength(12);
  });
});

describe('plan', () => {
  it('only looks, waits for nobody, and tells what would change and what would stop an install', async () => {
    const calls = await bench.run(
      cluster({ gates: ['before-changes'] }),
      {
        mode: 'plan',
        behaviour: (step, { host }) => {
          if (step === 'checkHost' && host === 'm2') throw refusal('checkHost on m2: no sudo', 'StepUnfinished');
          return step === 'disableSwap' ? { outcome: 'would change', missing: ['swap is on'] } : undefined;
        },
      },
      async ({ handle }) => {
        expect((await handle.result()) as Report).toMatchObject({
          mode: 'plan',
          wouldChange: 4,
          changed: 0,
          problems: ['checkHost on m2: no sudo'],
        });
      },
    );
    expect(new Set(calls.map(({ mode }) => mode))).toEqual(new Set(['plan']));
  });

  it('asks nothing more of a host that does not answer, and waits for it at no step', async () => {
    const calls = await bench.run(
      cluster(),
      {
        mode: 'plan',
        behaviour: (step, { host }) => {
          if (host === 'm1') throw refusal(`${step} on m1: it does not answer`, 'Unreachable', 'm1');
          if (step === 'configureKeepalived')
            throw refusal(`${step} on ${host} (by way of m1): no`, 'Unreachable', 'm1');
        },
      },
      async ({ handle }) => {
        const { problems } = (await handle.result()) as Report;
        expect(problems).toEqual([
          'checkHost on m1: it does not answer\n\nNothing more was asked of m1.',
          'configureKeepalived on m2 (by way of m1): no',
          'configureKeepalived on m3 (by way of m1): no',
        ]);
      },
    );
    const of = (name: string): string[] => calls.filter(({ host }) => host === name).map(({ step }) => step);
    expect(of('m1')).toEqual(['checkHost']);
    expect(of('m2')).toEqual(expect.arrayContaining(['configureKeepalived', 'startEtcd', 'checkCertificates']));
    // A step may need it on another host's behalf: it is told that nobody waits for it.
    expect(calls.find(({ step, host }) => step === 'startEtcd' && host === 'm2')?.silent).toEqual(['m1']);
  });
});

describe('a step that acts once for the cluster', () => {
  it('is asked of every host that it may be for, and its line tells which one it was', async () => {
    await bench.run(
      cluster(),
      { behaviour: (step) => (step === 'installCalico' ? { ranOn: 'm2' } : undefined) },
      async ({ handle, progress }) => {
        await handle.result();
        const lines = (await progress()).lines.filter(({ step }) => step === 'installCalico');
        expect(lines).toMatchObject([{ host: 'cluster', ranOn: 'm2', state: 'done' }]);
      },
    );
  });

  it('is not left out of a plan because the first host of the list is silent', async () => {
    const calls = await bench.run(
      cluster(),
      {
        mode: 'plan',
        behaviour: (step, { host }) => {
          if (step === 'checkHost' && host === 'm1') throw refusal('it does not answer', 'Unreachable', 'm1');
        },
      },
      async ({ handle }) => void (await handle.result()),
    );
    expect(calls.filter(({ step }) => step === 'installCalico')).toEqual([
      { step: 'installCalico', host: 'm2', mode: 'plan', silent: ['m1'] },
    ]);
  });

  it('holds and is answered as `cluster`', async () => {
    await bench.run(
      cluster(),
      {
        behaviour: (step, _, attempt) => {
          if (step === 'compareHosts' && attempt === 1) throw refusal('clocks differ', 'StepUnfinished');
        },
      },
      async (run) => {
        await held(run);
        await answer(run, { step: 'compareHosts', host: 'cluster' });
        await run.handle.result();
      },
    );
  });
});

describe('cancel', () => {
  it('ends the run where it is and still tells how it stood', async () => {
    await bench.run(cluster({ gates: ['before-changes'] }), {}, async (run) => {
      await run.until(({ phase }) => phase === 'waiting');
      await run.handle.cancel();
      expect(await reasonOf(run.handle.result())).toMatch(/cancel/i);
      expect((await run.progress()).phase).toBe('cancelled');
    });
  });
});

describe('size', () => {
  it('keeps a history below ten events a step, and every event below 64 KB', async () => {
    const hosts = [1, 2, 3].map((n) => ({ name: `m${n}`, address: `10.0.0.${n}`, roles: ['control-plane'] }));
    const many = Array.from({ length: 40 }, (_, n) => ({ name: `w${n}`, address: `10.0.1.${n}`, roles: ['worker'] }));
    await bench.run(cluster({ hosts: [...hosts, ...many] }), {}, async ({ handle, progress }) => {
      await handle.result();
      const { events } = await handle.fetchHistory();
      const ran = (await progress()).lines.length;
      expect((events?.length ?? Infinity) / ran).toBeLessThan(10);
      const largest = Math.max(...(events ?? []).map((event) => JSON.stringify(event).length));
      expect(largest).toBeLessThan(64 * 1024);
    });
  });
});
