import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  rootCause,
} from '@temporalio/workflow';
import type { BatchResult, OnceInput, Step, StepInput, StepResult } from '../steps/step.js';
import type { Machine } from '../cluster/cluster.js';
import { inputVersion } from '../cluster/input-version.js';
import { batches, paced } from './batches.js';
import { call, forAll, isOnce, together } from './call.js';
import { handleMessages } from './handlers.js';
import type { Gate, Line, OperationInput, Report } from './messages.js';
import { Journal } from './journal.js';
import { leftBehind, silentHost } from './retry.js';

/** What an operation is written with: see install-cluster.ts. */
export interface Hand {
  /** Steps in their order on every host they are for. Hosts wait for each other only at steps with a pace. */
  readonly stage: (title: string, ...steps: readonly Step[]) => Promise<void>;
  /** Waits for a person where the spec asks for it, showing what the given steps would change. */
  readonly gate: (name: Gate['name'], ...ahead: readonly Step[]) => Promise<void>;
}

/** Carries one operation out. Returns its report; fails with `Aborted` when a person says so, never because of a host. */
export async function operation(
  input: OperationInput,
  name: string,
  work: (hand: Hand) => Promise<void>,
): Promise<Report> {
  const { cluster, mode, schema } = input;
  if ((schema as unknown) !== inputVersion)
    throw ApplicationFailure.nonRetryable(
      `this kha reads an operation’s input of schema ${inputVersion}, not ${String(schema)}: use the kha that started the run, or a newer one`,
      'ForeignInput',
    );
  const journal = new Journal(input, name);
  const desk = handleMessages(journal, input);
  /** Hosts that a plan could not ask: it does not wait for each of them at every step. */
  const silent = new Set<string>();

  const starting = (stage: string, step: Step, host: string): Started => ({
    stage,
    step,
    host,
    input: { host, mode },
    line: journal.begin(stage, step, host),
  });

  /** A step that acts once for the cluster, on whichever of these hosts the activity finds to be fit. */
  const startingOnce = (stage: string, step: Step, oneOf: readonly string[]): Started => ({
    stage,
    step,
    host: forAll,
    input: { oneOf, mode },
    line: journal.begin(stage, step, forAll),
  });

  /** What was under way when it was cancelled, and what it left on its hosts. */
  function ended(lines: readonly Line[], error: Error): Error {
    const problem = leftBehind(error);
    for (const line of lines) journal.end(line, 'cancelled', problem === undefined ? {} : { problem });
    return error;
  }

  /** A step on one host, again and again as long as somebody answers `retry`. */
  async function runOn({ stage, step, host, input, line }: Started): Promise<void> {
    for (;;) {
      try {
        const { outcome, ...found } = await call<StepResult>(stage, step, input);
        return journal.end(line, outcome, found);
      } catch (error) {
        const cancelled = cancellation(error);
        if (cancelled || !(error instanceof ActivityFailure)) throw ended([line], cancelled ?? (error as Error));
        const problem = rootCause(error) ?? error.message;
        if (mode === 'plan') {
          const lost = silentHost(error);
          if (lost) silent.add(lost);
          return journal.end(line, 'failed', {
            problem: lost === host ? `${problem}\n\nNothing more was asked of ${host}.` : problem,
          });
        }
        const answer = await desk.hold(line, problem);
        if (answer.verdict === 'skip')
          return journal.end(line, 'skipped', answer.reason === undefined ? {} : { reason: answer.reason });
        if (answer.verdict === 'abort') {
          journal.end(line, 'cancelled');
          throw ApplicationFailure.nonRetryable(`${answer.by} aborted at ${step.name} on ${host}`, 'Aborted');
        }
        journal.again(line);
      }
    }
  }

  /** A step on hosts of one batch; a host on which it failed goes on by itself, with every attempt it has. */
  async function runOnAll(stage: string, step: Step, hosts: readonly string[]): Promise<void> {
    const started = hosts.map((host) => starting(stage, step, host));
    if (started.length === 1) return runOn(started[0]!);
    const results = await call<BatchResult>(stage, step, { hosts, mode }).catch((error: Error): BatchResult => {
      const cancelled = cancellation(error);
      if (cancelled || !(error instanceof ActivityFailure))
        throw ended(
          started.map(({ line }) => line),
          cancelled ?? error,
        );
      return hosts.map(() => ({ failed: error.message }));
    });
    await allOrNone(() =>
      results.map(async (result, index) => {
        const one = started[index]!;
        if ('failed' in result) return runOn(one);
        journal.end(one.line, result.outcome, { missing: result.missing, warnings: result.warnings });
      }),
    );
  }

  const among = (batch: readonly Machine[], step: Step): string[] =>
    step
      .on(cluster)
      .filter((machine) => batch.includes(machine) && !silent.has(machine.name))
      .map(({ name }) => name);

  async function stage(title: string, ...steps: readonly Step[]): Promise<void> {
    journal.enter(title);
    for (const block of blocks(steps)) {
      const [first] = block as [Step, ...Step[]];
      const { pace } = first;
      if (isOnce(pace)) {
        const oneOf = among(cluster.hosts, first);
        if (oneOf.length > 0) await runOn(startingOnce(title, first, oneOf));
        continue;
      }
      const left = paced(cluster, pace);
      await allOrNone(() =>
        Array.from({ length: left.lanes }, async () => {
          for (let batch = left.batches.shift(); batch; batch = left.batches.shift())
            for (const step of block) {
              const hosts = among(batch, step);
              if (hosts.length > 0) await runOnAll(title, step, hosts);
            }
        }),
      );
    }
  }

  async function gate(name: Gate['name'], ...ahead: readonly Step[]): Promise<void> {
    if (mode === 'plan' || !cluster.gates.some((wanted) => wanted === name)) return;
    await desk.open(name, () => planned(ahead));
  }

  /** What steps would change, a line a host and step; a step that cannot look yet says what it does. */
  async function planned(steps: readonly Step[]): Promise<string[]> {
    const found = await allOrNone(() =>
      steps.flatMap((step) =>
        (isOnce(step.pace) ? [cluster.hosts] : batches(cluster)).map(async (batch) => {
          const names = among(batch, step);
          if (names.length === 0) return [];
          const found = new Map<string, string[]>();
          for (const [index, result] of (await look(step, names)).entries()) {
            const words = wording(step, result);
            if (words) found.set(words, [...(found.get(words) ?? []), isOnce(step.pace) ? forAll : names[index]!]);
          }
          return [...found].map(([words, hosts]) => `${together(hosts)}: ${words}`);
        }),
      ),
    );
    return found.flat();
  }

  /** A check that cannot be made yet is no reason to stop: it is about what comes after the gate. */
  async function look(step: Step, hosts: readonly string[]): Promise<BatchResult> {
    try {
      if (isOnce(step.pace)) return [await call<StepResult>('Plan', step, { oneOf: hosts, mode: 'plan' })];
      if (hosts.length > 1) return await call<BatchResult>('Plan', step, { hosts, mode: 'plan' });
      return [await call<StepResult>('Plan', step, { host: hosts[0]!, mode: 'plan' })];
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      return (isOnce(step.pace) ? [forAll] : hosts).map(() => ({ failed: error.message }));
    }
  }

  try {
    await work({ stage, gate });
    return journal.close('done');
  } catch (error) {
    journal.close(isCancellation(error) ? 'cancelled' : 'failed');
    throw error;
  }
}

/** What a step would change, in words; undefined when nothing. */
function wording(step: Step, result: BatchResult[number]): string | undefined {
  if ('failed' in result) return `${step.name}: ${step.does}`;
  const { missing } = result;
  if (missing.length === 0) return undefined;
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
  return `${step.name}: ${missing.slice(0, 5).join('; ')}${more}`;
}

interface Started {
  readonly stage: string;
  readonly step: Step;
  readonly host: string;
  readonly input: StepInput | OnceInput;
  readonly line: Line;
}

/** Runs of steps that hosts may go through each at its own speed, and single steps of which only so many are under way at once. */
function blocks(steps: readonly Step[]): Step[][] {
  const found: Step[][] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (last && step.pace === 'all at once' && last[0]?.pace === 'all at once') last.push(step);
    else found.push([step]);
  }
  return found;
}

/** What a cancelled call ends with; an activity that died while it was being cancelled was cancelled all the same. */
function cancellation(error: unknown): Error | undefined {
  if (isCancellation(error)) return error as Error;
  return CancellationScope.current().consideredCancelled ? new CancelledFailure('cancelled') : undefined;
}

/** All of them; the first that fails cancels the others, and is thrown once they have ended: nothing runs on behind it. */
function allOrNone<T>(start: () => Promise<T>[]): Promise<T[]> {
  return CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    const failures: Error[] = [];
    const results = await Promise.allSettled(
      start().map((one) =>
        one.catch((error: Error) => {
          failures.push(error);
          scope.cancel();
          throw error;
        }),
      ),
    );
    const [first] = failures;
    if (first) throw first;
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  });
}
