import { ApplicationFailure } from '@temporalio/common';
import type { BatchResult, StepResult } from '../steps/step.js';
import { isFinal } from './failure.js';

/**
 * A step on every host of a batch at once. A few that failed are told beside what the others did. When most of them
 * failed, their fault is thrown as one, with every host's result in it: Temporal tries the whole batch again as the
 * step's retry class has it, and what did well finds that it is done. A plan is only told.
 */
export async function onAll(
  hosts: readonly string[],
  mode: 'apply' | 'plan',
  on: (host: string) => Promise<StepResult>,
): Promise<BatchResult> {
  const failures: ApplicationFailure[] = [];
  const ended = await Promise.allSettled(hosts.map(on));
  const results = ended.map((one) => {
    if (one.status === 'fulfilled') return one.value;
    const error: unknown = one.reason;
    // Cancelled, or a fault of kha's own; by now nothing is at work on any host.
    if (!(error instanceof ApplicationFailure)) throw error;
    failures.push(error);
    const silent = error.details?.[0] as string | undefined;
    return { failed: error.message, type: error.type ?? 'Error', ...(silent === undefined ? {} : { silent }) };
  });
  if (mode === 'plan' || failures.length * 2 <= hosts.length) return results;
  const gravest = failures.toSorted((a, b) => grade(a) - grade(b))[0]!;
  const failure = ApplicationFailure.create({
    type: gravest.type ?? 'Error',
    message: `${failures.length} of ${hosts.length} hosts failed; one of them: ${gravest.message}`,
    details: [results],
    nonRetryable: gravest.nonRetryable ?? false,
  });
  failure.stack = '';
  throw failure;
}

/** What must not be tried again without a person comes first: a batch is tried again as a whole. */
const grade = ({ type }: ApplicationFailure): number =>
  isFinal(type) ? 0 : type === 'CommandFailed' || type === 'StepUnfinished' ? 1 : 2;
