import { proxyActivities } from '@temporalio/workflow';
import type { AheadInput, AheadResult, Step } from '../steps/step.js';
import type { Around, Known, Task } from './around.js';
import { queueOf, toldOf, together } from './call.js';
import type { Line } from './messages.js';
import { aheadOptions } from './retry.js';
import { cancellation } from './scope.js';

export interface Looked {
  readonly known: Known;
  /** Of the first step of each host that was looked at: it runs since then. */
  readonly lines: ReadonlyMap<Step, Line>;
}

/**
 * Looks which of these steps have nothing to do, all of them at once, so that a host is asked about a stage in one go. Once
 * something was missing on a host it is not looked ahead there any more: its later steps follow from that.
 */
export async function lookAhead(
  stage: string,
  tasks: readonly Task[],
  batch: readonly string[],
  { journal, sites, silent, busy }: Around,
): Promise<Looked> {
  const meant = (host: string): Task[] => tasks.filter((task) => task.meant(host));
  const hosts = batch.filter((host) => !silent.has(host) && !busy.has(host) && meant(host).length > 1);
  if (hosts.length === 0) return { known: () => undefined, lines: new Map() };
  const firsts = new Map<Step, string[]>();
  for (const host of hosts) {
    const { step } = meant(host)[0]!;
    firsts.set(step, [...(firsts.get(step) ?? []), host]);
  }
  const lines = new Map([...firsts].map(([step, own]) => [step, journal.begin(stage, step, own)]));
  const activities = proxyActivities<{ lookAhead: (input: AheadInput) => Promise<AheadResult> }>({
    ...aheadOptions,
    ...queueOf(hosts, sites),
    summary: `${together(hosts)} · ${stage}`,
  });
  const steps = tasks.filter((task) => hosts.some(task.meant)).map(({ step }) => step.name);
  let found: AheadResult = [];
  try {
    found = await activities.lookAhead({ hosts, steps, ...toldOf(silent) });
  } catch (error) {
    const cancelled = cancellation(error);
    if (cancelled) {
      for (const line of lines.values()) journal.end(line, 'cancelled');
      throw cancelled;
    }
    // Nothing is known then, and every step looks for itself.
  }
  const known = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const { hosts: alike, done } of found) {
    const own = new Map(done.map(({ step, warnings }) => [step, warnings]));
    for (const host of alike) known.set(host, own);
  }
  for (const host of hosts) if ((known.get(host)?.size ?? 0) < meant(host).length) busy.add(host);
  return { known: ({ name }, host) => known.get(host)?.get(name), lines };
}
