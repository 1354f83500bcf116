import { proxyActivities } from '@temporalio/workflow';
import type { BatchInput, HostPace, OnceInput, Pace, Step, StepInput } from '../steps/step.js';
import { lookOptions, retryOptions } from './retry.js';

/** The host of a line that is about the cluster as a whole. */
export const forAll = 'cluster';
export const isOnce = (pace: Pace): pace is Exclude<Pace, HostPace> => typeof pace === 'object' && 'once' in pace;

/** `m1`, or `m1 and 2 more`. */
export const together = ([first, ...others]: readonly string[]): string =>
  others.length > 0 ? `${first} and ${others.length} more` : `${first}`;

type Input = StepInput | OnceInput | BatchInput;

/** The activity of a step, with the options of its retry class; the Temporal UI shows the hosts and the stage. */
export function call<T>(stage: string, step: Step, input: Input): Promise<T> {
  const hosts = 'host' in input ? [input.host] : 'oneOf' in input ? [forAll] : input.hosts;
  const activities = proxyActivities<Record<string, (input: Input) => Promise<T>>>({
    ...(input.mode === 'plan' ? lookOptions : retryOptions[step.retry]),
    summary: `${together(hosts)} · ${stage}`,
  });
  return activities[step.name]!(input);
}
