import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  rootCause,
} from '@temporalio/workflow';
import type { Step, StepInput, StepResult } from '../steps/step.js';
import { handleMessages } from './handlers.js';
import type { Gate, OperationInput, Report } from './messages.js';
import { Journal } from './journal.js';
import { retryOptions } from './retry.js';

/** What an operation is written with: see install-cluster.ts. */
export interface Hand {
  /** Steps in their order on every host they are for. Hosts wait for each other only at steps that go one by one. */
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
  const { cluster, mode } = input;
  const journal = new Journal(input, name);
  const desk = handleMessages(journal, input);

  async function runOn(stage: string, step: Step, host: string): Promise<void> {
    const line = journal.begin(stage, step, host);
    for (;;) {
      try {
        const result = await call(stage, step, { host, mode });
        return journal.end(line, result.outcome, { missing: result.missing, warnings: result.warnings });
      } catch (error) {
        if (isCancellation(error) || !(error instanceof ActivityFailure)) {
          journal.end(line, 'cancelled');
          throw error;
        }
        const problem = rootCause(error) ?? error.message;
        if (mode === 'plan') return journal.end(line, 'failed', { problem });
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

  async function stage(title: string, ...steps: readonly Step[]): Promise<void> {
    journal.enter(title);
    for (const block of blocks(steps)) {
      const [first] = block;
      if (first?.pace === 'one by one') {
        for (const { name: host } of first.on(cluster)) await runOn(title, first, host);
        continue;
      }
      await together(() =>
        cluster.hosts.map(async (machine) => {
          for (const step of block) if (step.on(cluster).includes(machine)) await runOn(title, step, machine.name);
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
    const looks = steps.flatMap((step) => step.on(cluster).map(({ name: host }) => ({ step, host })));
    const found = await Promise.all(
      looks.map(async ({ step, host }) => {
        try {
          const { missing } = await call('Plan', step, { host, mode: 'plan' });
          return missing.length > 0
            ? [
                `${host}: ${step.name}: ${missing.slice(0, 5).join('; ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`,
              ]
            : [];
        } catch (error) {
          if (isCancellation(error)) throw error;
          return [`${host}: ${step.name}: ${step.does}`];
        }
      }),
    );
    return found.flat();
  }

  try {
    await work({ stage, gate });
    return journal.close('done');
  } catch (error) {
    journal.close(isCancellation(error) ? 'cancelled' : 'failed');
    throw error;
  }
}

function call(stage: string, step: Step, input: StepInput): Promise<StepResult> {
  const activities = proxyActivities<Record<string, (input: StepInput) => Promise<StepResult>>>({
    ...retryOptions[step.retry],
    summary: `${input.host} · ${stage}`,
  });
  return activities[step.name]!(input);
}

/** Runs of steps that hosts may go through each at its own speed, and single steps that go one by one. */
function blocks(steps: readonly Step[]): Step[][] {
  const found: Step[][] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (last && step.pace === 'all at once' && last[0]?.pace === 'all at once') last.push(step);
    else found.push([step]);
  }
  return found;
}

/** All of them; the first that fails cancels the others, and is thrown once they have ended. */
function together(start: () => Promise<void>[]): Promise<void> {
  return CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    const failures: Error[] = [];
    await Promise.all(
      start().map((one) =>
        one.catch((error: Error) => {
          failures.push(error);
          scope.cancel();
        }),
      ),
    );
    const [first] = failures;
    if (first) throw first;
  });
}
