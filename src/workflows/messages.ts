import type { Cluster } from '../cluster/cluster.js';
import type { Mode, StepResult } from '../steps/step.js';

export type { OperationInput } from '../cluster/operation-input.js';

/** `failed` is of a plan only: an install holds instead. */
export type LineState = 'running' | 'held' | 'skipped' | 'failed' | 'cancelled' | StepResult['outcome'];

/** One step on one host, or on hosts that share activities and fared alike. Times are milliseconds since 1970. */
export interface Line {
  /** Its place among the run's lines. */
  readonly id: number;
  /** The child workflow whose line it is, where a client put them together. */
  readonly wave?: string;
  readonly stage: string;
  readonly step: string;
  /** The first of its hosts, by which it is answered for; `cluster` where a step acts once for all of it. */
  host: string;
  others?: readonly string[];
  state: LineState;
  startedAt?: number;
  endedAt?: number;
  /** What `check` found missing; left out where that is nothing, and where hosts of one line differ in it. */
  missing?: readonly string[];
  warnings?: readonly string[];
  /** The host that was chosen, of a step that acts once for the cluster. */
  ranOn?: string;
  /** Why it is held, in words: step, host, command, exit code, reason, the output's tail, next step. */
  problem?: string;
  /** The reason given when a person skipped it. */
  reason?: string;
}

export const hostsOf = ({ host, others = [] }: Pick<Line, 'host' | 'others'>): string[] => [host, ...others];

/** A line's hosts in a few words. */
export const labelOf = ({ host, others = [] }: Pick<Line, 'host' | 'others'>): string =>
  others.length > 0 ? `${host} +${others.length}` : host;

/** What a run is, in words: `install of prod`, `plan of prod`, `install of w7 in prod`. */
export function titleOf({
  cluster,
  operation,
  mode,
  subject,
}: Pick<Progress, 'cluster' | 'operation' | 'mode' | 'subject'>): string {
  const of = subject ? `${subjectText(subject)} in ${cluster}` : cluster;
  return `${mode === 'plan' ? 'plan' : operation} of ${of}`;
}

/** Hosts by name, in a few words. */
export const subjectText = (hosts: readonly string[]): string =>
  hosts.length > 5 ? `${hosts.slice(0, 4).join(', ')} and ${hosts.length - 4} more` : hosts.join(', ');

export interface Gate {
  readonly name: string;
  /** What will happen once it opens, a line a host. */
  readonly plan: readonly string[];
  /** `ahead`: not reached yet. */
  state: 'ahead' | 'planning' | 'waiting' | 'approved';
  approvedBy?: string;
}

export type Phase = 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';

/**
 * The answer to the query `progress`, whose argument is a revision: what changed after it, oldest first, and at most a page
 * of that. `revision` is the one to ask with next time; `more` says that there is another page already. Without an
 * argument it begins at the start. src/client/progress.ts puts answers together.
 */
export interface Progress {
  readonly cluster: string;
  readonly kubernetes: string;
  readonly operation: string;
  readonly mode: Mode;
  /** Hosts by name that the run is about, where that is not the whole cluster. */
  readonly subject?: readonly string[];
  revision: number;
  phase: Phase;
  stage: string;
  readonly startedAt: number;
  endedAt?: number;
  readonly lines: readonly Line[];
  readonly gates: readonly Gate[];
  /** Ids of child workflows under way, each of which tells of its own hosts when it is asked the same. */
  readonly waves?: readonly string[];
  more?: boolean;
}

/** What an operation returns, and `kha status --output json` prints of a finished one. */
export interface Report {
  readonly cluster: string;
  readonly kubernetes: string;
  readonly mode: Mode;
  /** As the progress has it. */
  readonly subject?: readonly string[];
  readonly seconds: number;
  readonly done: number;
  readonly changed: number;
  readonly wouldChange: number;
  readonly skipped: number;
  readonly warnings: readonly string[];
  /** What a plan met that would stop an install. */
  readonly problems: readonly string[];
  readonly stages: readonly StageReport[];
}

/** One stage of an ended run: how long it took, and how many steps on hosts came to which end. */
export interface StageReport {
  readonly stage: string;
  readonly seconds: number;
  readonly steps: Readonly<Partial<Record<LineState, number>>>;
}

export type Verdict = 'retry' | 'skip' | 'abort';

/** An operator's answer. Without step or host it answers everything that is held; what shares a line is answered together. */
export interface Answer {
  readonly verdict: Verdict;
  readonly step?: string;
  readonly host?: string;
  readonly by: string;
  /** Needed to skip. */
  readonly reason?: string;
  /** Needed to skip a step on more than one host. */
  readonly all?: boolean;
}

/** Whether a line is one that an answer is about. */
export const isMeant = ({ step, host }: Pick<Answer, 'step' | 'host'>, line: Line): boolean =>
  (step ?? line.step) === line.step && (host === undefined || hostsOf(line).includes(host));

/** Why an answer that skips may not be given as it is: it has to say that all of them are meant. */
export function skipsMany({ verdict, all }: Answer, meant: readonly Line[]): string | undefined {
  const times = meant.reduce((count, line) => count + hostsOf(line).length, 0);
  if (verdict !== 'skip' || times <= 1 || all) return undefined;
  return `that would skip ${listed(meant)}: name one by step and host, or say that all of them are meant (--all)`;
}

/** What lines are about, in words; ten of them at most. */
export function listed(lines: readonly Line[]): string {
  const named = lines.slice(0, 10).map((line) => `${line.step} on ${labelOf(line)}`);
  return [...named, ...(lines.length > 10 ? [`${lines.length - 10} more`] : [])].join(', ');
}

export interface Approval {
  readonly gate: string;
  readonly by: string;
}

/**
 * Names of queries, updates and signals. `approve` and `answer` are Updates; `approveSignal` is for other systems; a wave
 * signals the run that it is a part of.
 */
export const message = {
  progress: 'progress',
  approve: 'approve',
  answer: 'answer',
  approveSignal: 'approveSignal',
  wave: 'wave',
} as const;

export const taskQueue = 'kubernetes-ha';

/** The queue whose workers carry a cluster's operations out. */
export const taskQueueOf = ({ taskQueue: own }: Pick<Cluster, 'taskQueue'>): string => own ?? taskQueue;

/**
 * The queue of activities on hosts at a site. No task queue that a spec names has a slash in it, and Temporal keeps only what
 * begins with `/_sys/` for itself.
 */
export const siteQueue = (queue: string, site: string): string => `${queue}/${site}`;

/** Search attributes and their types, as made by the engine and by docker-compose.yml. */
export const searchAttributes = {
  ClusterName: 'Keyword',
  Operation: 'Keyword',
  Phase: 'Keyword',
  NeedsOperator: 'Bool',
  KubernetesVersion: 'Keyword',
} as const;
