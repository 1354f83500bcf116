import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { message, type Answer, type Approval, type Progress, type Report } from '../../src/workflows/messages.js';
import { openBench, refusal, type Bench, type Run } from './bench.js';
import { largeCluster, replaySeconds, sizes, telling } from './large.js';
import { answer, reasonOf } from './people.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const heldIn = ({ lines }: Progress) => lines.filter(({ state }) => state === 'held');
const held = (run: Run, count = 1) => run.until((progress) => heldIn(progress).length >= count);

describe('an install of 1,000 hosts', () => {
  it('stays small in its history, its answers and its replay; one host of a batch holds alone', async () => {
    await bench.run(
      largeCluster(1_000, ['before-changes']),
      {
        behaviour: (step, input, attempt) => {
          if (input.mode === 'apply' && step === 'loadKernelModules' && input.host === 'worker-30' && attempt === 1)
            throw refusal(`${step} on ${input.host} failed`, 'LoginRefused');
          return telling(step, input, attempt);
        },
      },
      async (run) => {
        const { handle, until, progress } = run;
        const waiting = await until(({ gates: [gate] }) => gate?.state === 'waiting');
        expect(waiting.gates[0]!.plan.length).toBeLessThan(100);
        await handle.executeUpdate<void, [Approval]>(message.approve, {
          args: [{ gate: 'before-changes', by: 'test' }],
        });
        expect(heldIn(await held(run)).map(({ step, host, others }) => [step, host, others])).toEqual([
          ['loadKernelModules', 'worker-30', undefined],
        ]);
        await handle.executeUpdate<void, [Answer]>(message.answer, { args: [{ verdict: 'retry', by: 'test' }] });
        expect(((await handle.result()) as Report).changed).toBeGreaterThan(1_000 * 15);
        const history = await handle.fetchHistory();
        const { events, largestPayload } = sizes(history);
        expect(events).toBeLessThan(10_000);
        expect(largestPayload).toBeLessThan(64 * 1024);
        const whole = await progress();
        const one = await handle.query<Progress, [number]>(message.progress, 0);
        expect(JSON.stringify(one).length).toBeLessThan(700_000);
        const after = await handle.query<Progress, [number]>(message.progress, whole.revision - 5);
        expect(after.lines.length).toBeLessThanOrEqual(5);
        // A workflow task has ten seconds.
        expect(await replaySeconds(bench.bundle, history)).toBeLessThan(10);
      },
    );
  }, 300_000);
});

describe('a fault that most hosts of a batch share', () => {
  const faulty =
    (type: string) =>
    (step: string, { host }: { host: string }, attempt: number) => {
      if (step === 'joinWorker' && attempt === 1) throw refusal(`joinWorker on ${host}: the registry is away`, type);
    };

  it('is one line a batch with one answer, and no activity a host, in a cluster of 2,000 hosts', async () => {
    const calls = await bench.run(largeCluster(2_000), { behaviour: faulty('CommandFailed') }, async (run) => {
      const lines = heldIn(await held(run, 80));
      expect(lines).toHaveLength(80);
      expect(lines[0]).toMatchObject({ host: 'worker-0' });
      expect(lines[0]!.problem).toMatch(
        /joinWorker on worker-0: the registry is away\n\nThe same on 24 others: worker-1,/,
      );
      const { raw } = await run.handle.describe();
      expect(raw.pendingActivities ?? []).toHaveLength(0);
      expect(await reasonOf(answer(run, { verdict: 'skip', reason: 'no', host: 'worker-3' }))).toContain(
        'that would skip joinWorker on worker-0 +24',
      );
      await answer(run, { verdict: 'retry', host: 'worker-3' });
      await run.until((now) => heldIn(now).length === 79);
      await answer(run, { verdict: 'abort' });
      await reasonOf(run.handle.result());
    });
    const joined = calls.filter(({ step }) => step === 'joinWorker');
    expect(joined.filter(({ host }) => host === 'worker-3')).toHaveLength(2);
    expect(joined.filter(({ host }) => host === 'worker-30')).toHaveLength(1);
  }, 300_000);

  it('is tried as often as the retry class has it before anybody is asked', async () => {
    const calls = await bench.run(largeCluster(60), { behaviour: faulty('Unreachable') }, async ({ handle }) => {
      await handle.result();
    });
    expect(calls.filter(({ step, host }) => step === 'joinWorker' && host === 'worker-7')).toHaveLength(2);
  });

  it('lets the few that a bootstrap failed on hold without trying them again', async () => {
    const calls = await bench.run(
      largeCluster(60),
      {
        behaviour: (step, { host }) => {
          if (step === 'joinWorker' && host === 'worker-7') throw refusal(`${step} on ${host}: kubeadm exited 1`);
        },
      },
      async (run) => {
        expect(heldIn(await held(run)).map(({ host, others }) => [host, others])).toEqual([['worker-7', undefined]]);
        await answer(run, { verdict: 'skip', reason: 'by hand' });
        expect((await run.handle.result()) as Report).toMatchObject({ skipped: 1 });
      },
    );
    expect(calls.filter(({ step, host }) => step === 'joinWorker' && host === 'worker-7')).toHaveLength(1);
  });
});
