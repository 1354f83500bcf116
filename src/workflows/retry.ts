import { ApplicationFailure, type ActivityFailure, type ActivityOptions } from '@temporalio/workflow';
import type { Retry } from '../steps/step.js';

/** The host does not let kha in. */
const refused = ['HostKeyUnknown', 'HostKeyChanged', 'LoginRefused', 'SudoRefused'];
/** What a person has to mend first; no attempt is wasted on it. */
const hopeless = [...refused, 'SecretMissing'];
/** The host answered and the step did not work: where trying twice may do harm, a person decides. */
const answered = ['CommandFailed', 'StepUnfinished'];

/**
 * The activity beats once a second. Ten seconds tell a dead worker from one that is busy; a worker that takes over on
 * the embedded engine resets the dead one's activities and does not wait for them.
 */
const heartbeatTimeout = '10s';

const often = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '20s' } as const;

/**
 * The numbers behind the retry classes. An attempt waits up to two minutes by itself for an unreachable host, so
 * `maximumAttempts` counts whole attempts; lost workers and lost hosts are tried for about an hour.
 */
export const retryOptions: Record<Retry, ActivityOptions> = {
  inspect: {
    startToCloseTimeout: '5m',
    heartbeatTimeout,
    retry: { ...often, maximumAttempts: 3, nonRetryableErrorTypes: [...hopeless, ...answered] },
  },
  edit: {
    startToCloseTimeout: '15m',
    heartbeatTimeout,
    retry: { ...often, maximumAttempts: 5, nonRetryableErrorTypes: hopeless },
  },
  download: {
    startToCloseTimeout: '30m',
    heartbeatTimeout,
    retry: { ...often, maximumAttempts: 8, nonRetryableErrorTypes: hopeless },
  },
  bootstrap: {
    startToCloseTimeout: '30m',
    heartbeatTimeout,
    retry: { ...often, maximumAttempts: 30, nonRetryableErrorTypes: [...hopeless, ...answered] },
  },
  wait: {
    startToCloseTimeout: '15m',
    heartbeatTimeout,
    retry: { ...often, maximumAttempts: 2, nonRetryableErrorTypes: hopeless },
  },
};

/** For a plan, which tells what it met and waits for nothing. */
export const lookOptions: ActivityOptions = {
  ...retryOptions.inspect,
  retry: { ...retryOptions.inspect.retry, nonRetryableErrorTypes: [...hopeless, ...answered, 'Unreachable'] },
};

/** The host that could not be asked, where that is why a step failed; it may be a peer of the step's own. */
export function silentHost({ cause }: ActivityFailure): string | undefined {
  if (!(cause instanceof ApplicationFailure) || ![...refused, 'Unreachable'].includes(cause.type ?? '')) return;
  return cause.details?.[0] as string | undefined;
}
