import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { BatchResult, Step } from '../steps/step.js';
import { variantsOf } from '../steps/variants.js';
import type { Machine } from '../cluster/cluster.js';
import { inputVersion } from '../cluster/input-version.js';
import { batches, few, paced } from './batches.js';
import { call, forAll, isOnce, together } from './call.js';
import { carryOut, carryOutOnce, type Around } from './carry-out.js';
import { handleMessages } from './handlers.js';
import type { Gate, OperationInput, Report } from './messages.js';
import { Journal } from './journal.js';
import { allOrNone } from './scope.js';

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
  const around: Around = { journal, desk, mode, patience: cluster.patience ?? 1, silent: new Set() };

  /** Which machines a step is for; every batch asks, so it is worked out once. */
  const machines = new Map<Step, ReadonlySet<Machine>>();
  function among(batch: readonly Machine[], step: Step): string[] {
    const meant = machines.get(step) ?? new Set(step.on(cluster));
    machines.set(step, meant);
    return batch.filter((machine) => meant.has(machine) && !around.silent.has(machine.name)).map(({ name }) => name);
  }

  const ofProfile = (steps: readonly Step[]): Step[] => steps.flatMap((step) => variantsOf(cluster, step));

  async function stage(title: string, ...steps: readonly Step[]): Promise<void> {
    journal.enter(title);
    for (const block of blocks(ofProfile(steps))) {
      const [first] = block as [Step, ...Step[]];
      const { pace } = first;
      if (isOnce(pace)) {
        const oneOf = among(cluster.hosts, first);
        if (oneOf.length > 0) await carryOutOnce(title, first, oneOf, around);
        continue;
      }
      const left = paced(cluster, pace);
      await allOrNone(() =>
        Array.from({ length: left.lanes }, async () => {
          for (let batch = left.batches.shift(); batch; batch = left.batches.shift())
            for (const step of block) {
              const hosts = among(batch, step);
              if (hosts.length > 0) await carryOut(title, step, hosts, around);
            }
        }),
      );
    }
  }

  async function gate(name: Gate['name'], ...ahead: readonly Step[]): Promise<void> {
    if (mode === 'plan' || !cluster.gates.some((wanted) => wanted === name)) return;
    await desk.open(name, () => planned(ofProfile(ahead)));
  }

  /** What steps would change, a line a host and step, of large clusters one for all hosts where it is the same. */
  async function planned(steps: readonly Step[]): Promise<string[]> {
    const each = batches(cluster);
    const found = await allOrNone(() =>
      steps.map(async (step) => {
        const looked = await allOrNone(() =>
          (isOnce(step.pace) ? [cluster.hosts] : each).map(async (batch) => {
            const meant = among(batch, step);
            if (meant.length === 0) return [];
            const [hosts, oneOf] = isOnce(step.pace) ? [[forAll], meant] : [meant];
            // A check that cannot be made yet is no reason to stop: it is about what comes after the gate.
            const results = await call('Plan', step, hosts, 'plan', { oneOf });
            return results.map((result, index) => ({ host: hosts[index]!, words: wording(step, result) }));
          }),
        );
        const alike = new Map<string, string[]>();
        for (const { host, words } of looked.flat()) if (words) alike.set(words, [...(alike.get(words) ?? []), host]);
        return [...alike].flatMap(([words, hosts]) =>
          cluster.hosts.length > few ? [`${together(hosts)}: ${words}`] : hosts.map((host) => `${host}: ${words}`),
        );
      }),
    );
    return atMost(found.flat(), 500);
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

const atMost = (lines: readonly string[], most: number): string[] =>
  lines.length > most ? [...lines.slice(0, most), `… and ${lines.length - most} lines more`] : [...lines];

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
