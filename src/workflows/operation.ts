import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { Step } from '../steps/step.js';
import { variantsOf } from '../steps/variants.js';
import { inputVersion } from '../cluster/input-version.js';
import { inReach, subjectProblems } from '../cluster/subject.js';
import { bySite, paced, sitesByHost, waves } from './batches.js';
import { isOnce } from './call.js';
import type { Around, Task } from './around.js';
import { carryOutOnce } from './carry-out.js';
import { lanes } from './go-through.js';
import { handleMessages } from './handlers.js';
import type { Gate, OperationInput, Report } from './messages.js';
import { Journal } from './journal.js';
import { planned } from './planned.js';
import { allOrNone } from './scope.js';
import { waveLanes, window } from './waves.js';

/** What an operation is written with: see install-cluster.ts. */
export interface Hand {
  /** Steps in their order on every host they are for. Hosts wait for each other only at steps with a pace. */
  readonly stage: (title: string, ...steps: readonly Step[]) => Promise<void>;
  /** Several stages beside each other, for what they do not need of each other; one that fails cancels the others. */
  readonly atOnce: (...work: readonly (() => Promise<void>)[]) => Promise<void>;
  /** Waits for a person where the spec asks for it, showing what the given steps would change. */
  readonly gate: (name: Gate['name'], ...ahead: readonly Step[]) => Promise<void>;
}

/** Carries one operation out. Returns its report; fails with `Aborted` when a person says so, never because of a host. */
export async function operation(
  input: OperationInput,
  name: string,
  work: (hand: Hand) => Promise<void>,
): Promise<Report> {
  const { cluster, mode, schema, subject } = input;
  if ((schema as unknown) !== inputVersion)
    throw ApplicationFailure.nonRetryable(
      `this kha reads an operation’s input of schema ${inputVersion}, not ${String(schema)}: use the kha that started the run, or a newer one`,
      'ForeignInput',
    );
  const [problem] = subject ? subjectProblems(cluster, subject) : [];
  if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, 'WrongSubject');
  const { name: called, kubernetesVersion: kubernetes, gates } = cluster;
  /** The cluster without hosts that this run leaves alone. */
  const within = { ...cluster, hosts: [...inReach(cluster, subject)] };
  const all = within.hosts.map((host) => host.name);
  const about = { cluster: called, kubernetes, operation: name, mode, gates, hosts: all };
  const journal = new Journal({ ...about, ...(subject ? { subject: subject.hosts } : {}) });
  const desk = handleMessages(journal);
  const sites = sitesByHost(cluster);
  const patience = cluster.patience ?? 1;
  const around: Around = { journal, desk, mode, patience, sites, silent: new Set(), busy: new Set() };

  /** Which hosts a step is for; every batch asks, so it is worked out once. */
  const hosts = new Map<Step, ReadonlySet<string>>();
  const own = subject && new Set(subject.hosts);
  function task(step: Step): Task {
    const meant = hosts.get(step) ?? new Set(hostsOf(step));
    hosts.set(step, meant);
    return { step, meant: (host) => meant.has(host) };
  }
  /** A run about some hosts takes them alone through what is done to each, and asks whom it likes for what is done for the cluster. */
  function hostsOf(step: Step): string[] {
    const names = step.on(cluster).map((host) => host.name);
    return !own || isOnce(step.pace) || step.forCluster ? names : names.filter((host) => own.has(host));
  }
  const ofProfile = (steps: readonly Step[]): Step[] => steps.flatMap((step) => variantsOf(cluster, step));

  async function stage(title: string, ...steps: readonly Step[]): Promise<void> {
    journal.enter(title);
    for (const block of blocks(ofProfile(steps).map(task))) {
      const [{ step, meant }] = block;
      const { pace } = step;
      if (isOnce(pace)) {
        const fit = all.filter((host) => meant(host) && !around.silent.has(host));
        await allOrNone(() => bySite(fit, sites).map((oneOf) => carryOutOnce(title, step, oneOf, around)));
        continue;
      }
      const own = () => lanes(title, block, paced(within, pace), around);
      const others = waves(within).map((hosts, place) => ({
        stage: title,
        tasks: block,
        hosts,
        place: `${step.name}/${place + 1}`,
      }));
      if (pace === 'all at once') await allOrNone(() => [...own(), ...waveLanes(others, window, around)]);
      else {
        // A wave keeps the pace within itself, so nobody else may be under way beside it.
        await allOrNone(own);
        await allOrNone(() => waveLanes(others, 1, around));
      }
    }
  }

  const atOnce: Hand['atOnce'] = async (...work) => void (await allOrNone(() => work.map((one) => one())));

  async function gate(name: Gate['name'], ...ahead: readonly Step[]): Promise<void> {
    if (mode === 'plan' || !cluster.gates.some((wanted) => wanted === name)) return;
    await desk.open(name, () => planned(within, name, ofProfile(ahead).map(task), around));
  }

  try {
    await work({ stage, atOnce, gate });
    return journal.close('done');
  } catch (error) {
    journal.close(isCancellation(error) ? 'cancelled' : 'failed');
    throw error;
  }
}

/** Runs of steps that hosts may go through each at its own speed, and single steps of which only so many are under way at once. */
function blocks(tasks: readonly Task[]): [Task, ...Task[]][] {
  const found: [Task, ...Task[]][] = [];
  for (const task of tasks) {
    const last = found.at(-1);
    if (last && task.step.pace === 'all at once' && last[0].step.pace === 'all at once') last.push(task);
    else found.push([task]);
  }
  return found;
}
