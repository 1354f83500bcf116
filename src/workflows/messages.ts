import type { Mode, StepResult } from '../steps/step.js';

export type { OperationInput } from '../cluster/operation-input.js';

/** `failed` is of a plan only: an install holds instead. */
export type LineState = 'running' | 'held' | 'skipped' | 'failed' | 'cancelled' | StepResult['outcome'];

/** One step on one host; the host is `cluster` where a step acts once for all of it. Times are milliseconds since 1970. */
export interface Line {
  readonly stage: string;
  readonly step: string;
  readonly host: string;
  state: LineState;
  startedAt?: number;
  endedAt?: number;
  /** What `check` found missing; left out where that is nothing, as 500 hosts come to 12,000 lines. */
  missing?: readonly string[];
  warnings?: readonly string[];
  /** The host that was chosen, of a step that acts once for the cluster. */
  ranOn?: string;
  /** Why it is held, in words: step, host, command, exit code, reason, the output's tail, next step. */
  problem?: string;
  /** The reason given when a person skipped it. */
  reason?: string;
}

export interface Gate {
  readonly name: string;
  /** What will happen once it opens, a line a host. */
  readonly plan: readonly string[];
  /** `ahead`: not reached yet. */
  state: 'ahead' | 'planning' | 'waiting' | 'approved';
  approvedBy?: string;
}

export type Phase = 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';

/** The answer to the query `progress`; `revision` grows with every change. */
export interface Progress {
  readonly cluster: string;
  readonly kubernetes: string;
  readonly operation: string;
  readonly mode: Mode;
  revision: number;
  phase: Phase;
  stage: string;
  readonly startedAt: number;
  endedAt?: number;
  readonly lines: Line[];
  readonly gates: Gate[];
}

/** What an operation returns, and `kha status --output json` prints of a finished one. */
export interface Report {
  readonly cluster: string;
  readonly kubernetes: string;
  readonly mode: Mode;
  readonly seconds: number;
  readonly done: number;
  readonly changed: number;
  readonly wouldChange: number;
  readonly skipped: number;
  readonly warnings: readonly string[];
  /** What a plan met that would stop an install. */
  readonly problems: readonly string[];
}

export type Verdict = 'retry' | 'skip' | 'abort';

/** An operator's answer. Without step or host it answers everything that is held. */
export interface Answer {
  readonly verdict: Verdict;
  readonly step?: string;
  readonly host?: string;
  readonly by: string;
  /** Needed to skip. */
  readonly reason?: string;
}

export interface Approval {
  readonly gate: string;
  readonly by: string;
}

/** Names of queries, updates and signals. `approve` and `answer` are Updates; `approveSignal` is for other systems. */
export const message = {
  progress: 'progress',
  approve: 'approve',
  answer: 'answer',
  approveSignal: 'approveSignal',
} as const;

export const taskQueue = 'kubernetes-ha';

/** Search attributes and their types, as made by the engine and by docker-compose.yml. */
export const searchAttributes = {
  ClusterName: 'Keyword',
  Operation: 'Keyword',
  Phase: 'Keyword',
  NeedsOperator: 'Bool',
  KubernetesVersion: 'Keyword',
} as const;
