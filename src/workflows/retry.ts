import { ActivityFailure, CancelledFailure, type ActivityOptions } from '@temporalio/workflow';
import type { Retry, Step } from '../steps/step.js';

/** The host does not let kha in. */
const refused = ['HostKeyUnknown', 'HostKeyChanged', 'LoginRefused', 'SudoRefused'];
/**
 * The host does not answer, or lets kha in and carries nothing out. Both may pass, as may FactUnknown, where only the one
 * question failed: looking again does no harm, so they are tried again in every class.
 */
const silent = ['Unreachable', 'NotAnswered'];
/** What a person has to mend first; no attempt is wasted on it. */
const hopeless = [...refused, 'SecretMissing', 'BundleRefused', 'FolderUnusable', 'ManifestRefused'];
/** The host answered and the step did not work: where trying twice may do harm, a person decides. */
const answered = ['CommandFailed', 'StepUnfinished'];

/** What every activity has, whatever its step. */
const alive = {
  /**
   * The activity beats every second and the worker passes that on (worker.ts). Thirty seconds bear a worker or a server that is
   * stopped for a while; one that died on the embedded engine is noticed by its watcher, and its activities are reset.
   */
  heartbeatTimeout: '30s',
  // A run ends when nothing of it changes hosts any longer; the SDK's own default would let it end first.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
} as const;

/** How long one attempt may take on a host that is not slow. */
const minutes: Record<Retry, number> = { inspect: 5, edit: 15, download: 30, bootstrap: 30, wait: 15 };

const often = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '20s' } as const;

/**
 * The numbers behind the retry classes. An attempt waits up to two minutes by itself for an unreachable host, so
 * `maximumAttempts` counts whole attempts; lost workers and lost hosts are tried for about an hour.
 */
export const retryOptions: Record<Retry, ActivityOptions> = {
  inspect: {
    startToCloseTimeout: minutes.inspect * 60_000,
    ...alive,
    retry: { ...often, maximumAttempts: 3, nonRetryableErrorTypes: [...hopeless, ...answered] },
  },
  edit: {
    startToCloseTimeout: minutes.edit * 60_000,
    ...alive,
    retry: { ...often, maximumAttempts: 5, nonRetryableErrorTypes: hopeless },
  },
  download: {
    startToCloseTimeout: minutes.download * 60_000,
    ...alive,
    retry: { ...often, maximumAttempts: 8, nonRetryableErrorTypes: hopeless },
  },
  bootstrap: {
    startToCloseTimeout: minutes.bootstrap * 60_000,
    ...alive,
    retry: { ...often, maximumAttempts: 30, nonRetryableErrorTypes: [...hopeless, ...answered] },
  },
  wait: {
    startToCloseTimeout: minutes.wait * 60_000,
    ...alive,
    retry: { ...often, maximumAttempts: 2, nonRetryableErrorTypes: hopeless },
  },
};

/** The options of a class, where the spec grants slow hosts so many times as long for each attempt. */
export const patientOptions = (retry: Retry, patience: number): ActivityOptions => ({
  ...retryOptions[retry],
  startToCloseTimeout: minutes[retry] * 60_000 * patience,
});

/** For a plan, which tells what it met and waits for nothing. */
export const lookOptions: ActivityOptions = {
  ...retryOptions.inspect,
  retry: {
    ...retryOptions.inspect.retry,
    nonRetryableErrorTypes: [...hopeless, ...answered, ...silent, 'FactUnknown'],
  },
};

/** For a look ahead, which no step depends on. */
export const aheadOptions: ActivityOptions = { ...lookOptions, retry: { maximumAttempts: 2 } };

/** Whether the host that is named could not be asked, where that is why a step failed; it may be a peer of the step's own. */
export const isSilence = ({ type = '' }: { readonly type?: string }): boolean => [...refused, ...silent].includes(type);

/** Whether the step's retry class lets a failure of this type be tried again without asking a person. */
export const mayTryAgain = ({ retry }: Step, { type = '' }: { readonly type?: string }): boolean =>
  !retryOptions[retry].retry?.nonRetryableErrorTypes?.includes(type);

/** What a cancelled activity could not stop on its host, in words. */
export function leftBehind(error: unknown): string | undefined {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof CancelledFailure)) return;
  return error.cause.details?.[0] as string | undefined;
}
