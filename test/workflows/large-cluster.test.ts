import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveAnswer } from '../../src/client/answer.js';
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

describe('an install of 1,500 hosts, in waves of 250', () => {
  it('stays small in its histories, its answers and its replay; one host of a batch holds alone and is answered through the run', async () => {
    const calls = await bench.run(
      largeCluster(1_500, ['before-changes']),
      {
        behaviour: (step, input, attempt) => {
          if (input.mode === 'plan' && step === 'claimHost' && input.host === 'worker-10')
            throw refusal('worker-10 does not answer', 'Unreachable', 'worker-10');
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
        expect(await reasonOf(answer(run, {}))).toMatch(/what is held is to be answered at cluster\/.*\/claimHost\/1$/);
        const { searchAttributes } = await handle.describe();
        expect(searchAttributes['NeedsOperator']).toEqual([true]);
        await giveAnswer(handle, { verdict: 'retry', by: 'test' });
        const report = (await handle.result()) as Report;
        expect(report.changed).toBeGreaterThan(1_500 * 15);
        expect(report.warnings).toHaveLength(101);
        const history = await handle.fetchHistory();
        const { events, largestPayload } = sizes(history);
        expect(events).toBeLessThan(2_000);
        expect(largestPayload).toBeLessThan(200 * 1024);
        const wave = await handle.client.getHandle(`${handle.workflowId}/claimHost/1`).fetchHistory();
        expect(sizes(wave).events).toBeLessThan(1_000);
        expect(sizes(wave).largestPayload).toBeLessThan(32 * 1024);
        const whole = await progress();
        const one = await handle.query<Progress, [number]>(message.progress, 0);
        expect(JSON.stringify(one).length).toBeLessThan(700_000);
        const after = await handle.query<Progress, [number]>(message.progress, whole.revision - 5);
        expect(after.lines.length).toBeLessThanOrEqual(5);
        // A workflow task has ten seconds.
        expect(await replaySeconds(bench.bundle, history, handle.workflowId)).toBeLessThan(10);
        expect(await replaySeconds(bench.bundle, wave, `${handle.workflowId}/claimHost/1`)).toBeLessThan(10);
      },
    );
    // That it did not answer while the gate looked is no reason to leave it out.
    expect(calls).toContainEqual({ step: 'claimHost', host: 'worker-10', mode: 'apply' });
  }, 300_000);
});

describe('a plan of a cluster that goes in waves', () => {
  it('tells them which control plane does not answer', async () => {
    const calls = await bench.run(
      largeCluster(520),
      {
        mode: 'plan',
        behaviour: (step, { host }) => {
          if (step === 'checkHost' && host === 'm1') throw refusal('it does not answer', 'Unreachable', 'm1');
        },
      },
      async ({ handle }) => void (await handle.result()),
    );
    const joining = calls.filter(({ step }) => step === 'joinWorker');
    expect(joining).toHaveLength(517);
    expect(joining.filter(({ silent }) => silent?.join() !== 'm1')).toEqual([]);
  }, 120_000);
});

describe('a fault that most hosts of a batch share', () => {
  const faulty =
    (type: string) =>
    (step: string, { host }: { host: string }, attempt: number) => {
      if (step === 'joinWorker' && attempt === 1) throw refusal(`joinWorker on ${host}: the registry is away`, type);
    };

  it('is one line a batch with one answer, and no activity a host, in the waves of a cluster of 2,000 hosts', async () => {
    const calls = await bench.run(largeCluster(2_000), { behaviour: faulty('CommandFailed') }, async (run) => {
      // Four waves are under way at once.
      const lines = heldIn(await held(run, 40));
      expect(lines).toHaveLength(40);
      expect(lines[0]).toMatchObject({ host: 'worker-0' });
      expect(lines[0]!.problem).toMatch(
        /joinWorker on worker-0: the registry is away\n\nThe same on 24 others: worker-1,/,
      );
      const { raw } = await run.handle.describe();
      expect(raw.pendingActivities ?? []).toHaveLength(0);
      const give = (given: Partial<Answer>) => giveAnswer(run.handle, { verdict: 'retry', by: 'ann', ...given });
      expect(await reasonOf(give({ verdict: 'skip', reason: 'no', host: 'worker-3' }))).toContain(
        'that would skip joinWorker on worker-0 +24',
      );
      expect(await reasonOf(give({ verdict: 'skip', reason: 'no' }))).toContain(', 30 more: name one');
      await give({ host: 'worker-3' });
      await run.until((now) => heldIn(now).length === 39);
      await give({ verdict: 'abort', host: 'worker-300' });
      expect(await reasonOf(run.handle.result())).toBe('ann aborted at joinWorker on worker-300 +24');
      const { lines: left, phase } = await run.progress();
      expect(phase).toBe('failed');
      expect(left.filter(({ step, state }) => step === 'joinWorker' && state === 'cancelled').length).toBeGreaterThan(
        2,
      );
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
