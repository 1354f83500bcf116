import { proxyActivities } from '@temporalio/workflow';
import type { AheadInput, AheadResult } from '../steps/step.js';
import type { Around, Known, Task } from './around.js';
import { together } from './call.js';
import { aheadOptions } from './retry.js';
import { cancellation } from './scope.js';

const nothing: Known = () => undefined;

/**
 * Looks which of these steps have nothing to do, all of them at once, so that a host is asked about a stage in one go. Once
 * something was missing on a host it is not looked ahead there any more: its later steps follow from that.
 */
export async function lookAhead(
  stage: string,
  tasks: readonly Task[],
  batch: readonly string[],
  { mode, silent, busy }: Around,
): Promise<Known> {
  const meant = (host: string): Task[] => tasks.filter((task) => task.meant(host));
  const hosts = batch.filter((host) => !silent.has(host) && !busy.has(host) && meant(host).length > 1);
  if (hosts.length === 0) return nothing;
  const activities = proxyActivities<{ lookAhead: (input: AheadInput) => Promise<AheadResult> }>({
    ...aheadOptions,
    summary: `${together(hosts)} · ${stage}`,
  });
  const steps = tasks.filter((task) => hosts.some(task.meant)).map(({ step }) => step.name);
  let found: AheadResult = [];
  try {
    found = await activities.lookAhead({ hosts, steps, mode });
  } catch (error) {
    const cancelled = cancellation(error);
    if (cancelled) throw cancelled;
    // Nothing is known then, and every step looks for itself.
  }
  const known = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const { hosts: alike, done } of found) {
    const own = new Map(done.map(({ step, warnings }) => [step, warnings]));
    for (const host of alike) known.set(host, own);
  }
  for (const host of hosts) if ((known.get(host)?.size ?? 0) < meant(host).length) busy.add(host);
  return ({ name }, host) => known.get(host)?.get(name);
}
