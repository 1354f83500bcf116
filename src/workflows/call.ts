import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  rootCause,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import type {
  BatchInput,
  BatchResult,
  HostPace,
  Mode,
  OnceInput,
  Pace,
  Step,
  StepInput,
  StepResult,
} from '../steps/step.js';
import type { Sites } from './batches.js';
import { siteQueue } from './messages.js';
import { lookOptions, patientOptions } from './retry.js';
import { cancellation } from './scope.js';

export type Failed = Extract<BatchResult[number], { readonly failed: string }>;
export const isFailed = (result: BatchResult[number]): result is Failed => 'failed' in result;

export interface CallOptions {
  readonly oneOf?: readonly string[] | undefined;
  /** By how much slow hosts may take longer; see the spec. */
  readonly patience?: number;
  /** The hosts, or those of `oneOf`, are all at one site or at none. */
  readonly sites?: Sites;
  /** Hosts that a plan could not ask. */
  readonly silent?: ReadonlySet<string>;
}

/**
 * A step's activity on hosts, with every attempt that its retry class has; gives a result a host. A step that acts once
 * for the cluster has `forAll` for its host, and those of which the activity chooses one in `oneOf`. Throws what is no
 * failure of a host: a cancellation, a fault of kha's own.
 */
export async function call(
  stage: string,
  step: Step,
  hosts: readonly string[],
  mode: Mode,
  { oneOf, patience = 1, sites, silent }: CallOptions = {},
): Promise<BatchResult> {
  const activities = proxyActivities<Record<string, (input: Input) => Promise<StepResult | BatchResult>>>({
    ...(mode === 'plan' ? lookOptions : patientOptions(step.retry, patience)),
    ...queueOf(oneOf ?? hosts, sites),
    summary: `${together(hosts)} · ${stage}`,
  });
  const input = {
    ...(oneOf ? { oneOf } : hosts.length > 1 ? { hosts } : { host: hosts[0]! }),
    mode,
    ...toldOf(silent),
  };
  try {
    const found = await activities[step.name]!(input);
    return 'outcome' in found ? [found] : found;
  } catch (error) {
    const cancelled = cancellation(error);
    if (cancelled || !(error instanceof ActivityFailure)) throw cancelled ?? error;
    const { cause } = error;
    const problem = rootCause(error) ?? error.message;
    if (!(cause instanceof ApplicationFailure)) return hosts.map(() => ({ failed: problem }));
    const [first] = cause.details ?? [];
    // Most hosts of a batch failed: the activity threw with what each of them said.
    if (Array.isArray(first) && first.length === hosts.length) return first as BatchResult;
    return hosts.map(() => ({
      failed: problem,
      ...(cause.type ? { type: cause.type } : {}),
      ...(typeof first === 'string' ? { silent: first } : {}),
    }));
  }
}

/** What an activity is told of hosts that a plan could not ask. */
export const toldOf = (silent: ReadonlySet<string> = new Set()): Pick<StepInput, 'silent'> =>
  silent.size > 0 ? { silent: [...silent] } : {};

/** Where the worker of these hosts' site looks for work. */
export function queueOf([first = '']: readonly string[], sites?: Sites): Pick<ActivityOptions, 'taskQueue'> {
  const site = sites?.get(first);
  return site === undefined ? {} : { taskQueue: siteQueue(workflowInfo().taskQueue, site) };
}

type Input = StepInput | OnceInput | BatchInput;

/** The host of a line that is about the cluster as a whole, or about one site of it. */
export const forAll = 'cluster';
export const aboutAll = (site: string | undefined): string => (site === undefined ? forAll : `${forAll}/${site}`);
export const isOnce = (pace: Pace): pace is Exclude<Pace, HostPace> => typeof pace === 'object' && 'once' in pace;

export const together = ([first, ...others]: readonly string[]): string =>
  others.length > 0 ? `${first} and ${others.length} more` : `${first}`;
