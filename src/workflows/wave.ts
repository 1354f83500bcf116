import type { Mode, StepInput } from '../steps/step.js';
import { hostsOf, type Line, type Progress } from './messages.js';

/** What a child workflow is started with that takes some hosts of a large cluster through one stage. */
export interface WaveInput extends Pick<StepInput, 'silent'> {
  readonly schema: number;
  /** The run that it is a part of; its first event has the cluster. */
  readonly of: { readonly workflowId: string; readonly runId: string };
  readonly head: Pick<Progress, 'cluster' | 'kubernetes' | 'operation'>;
  readonly patience: number;
  readonly mode: Mode;
  readonly stage: string;
  readonly hosts: readonly string[];
  /** Hosts and their sites; left out where none is at one. */
  readonly sites?: readonly (readonly [host: string, site: string])[];
  readonly busy: Busy;
  /** In their order; `hosts` where a step is not for all of them. */
  readonly steps: readonly { readonly step: string; readonly hosts?: readonly string[] }[];
}

/** What steps came to on hosts that fared alike; `hosts` where that is not the whole wave. Times are its first and last. */
export type WaveLine = Omit<Line, 'id' | 'stage' | 'host' | 'others'> & { readonly hosts?: readonly string[] };

/** How a wave ended. A cancelled one says so instead of failing, as what it could not stop has to be told. */
export interface WaveEnd {
  readonly ended: 'done' | 'cancelled' | 'aborted';
  /** Who aborted it, and where. */
  readonly words?: string;
  readonly lines: readonly WaveLine[];
  /** Hosts that a plan could not ask. */
  readonly silent: readonly string[];
  readonly busy: Busy;
}

/** Hosts of a wave that it is not looked ahead for: mostly none or all. See look-ahead.ts. */
export type Busy = 'all' | readonly string[];

export function busyAmong(hosts: readonly string[], busy: ReadonlySet<string>): Busy {
  const found = hosts.filter((host) => busy.has(host));
  return found.length === hosts.length ? 'all' : found;
}

/** A wave's lines as its parent keeps them: those that say the same of other hosts become one. */
export function told(lines: readonly Line[], all: readonly string[]): WaveLine[] {
  const alike = new Map<string, { hosts: string[]; line: Line }>();
  for (const line of lines) {
    const { step, state, missing, warnings, problem, reason } = line;
    const key = JSON.stringify([step, state, missing, warnings, problem, reason]);
    const group = alike.get(key) ?? { hosts: [], line: { ...line } };
    group.hosts.push(...hostsOf(line));
    group.line.startedAt = Math.min(group.line.startedAt ?? Infinity, line.startedAt ?? Infinity);
    group.line.endedAt = Math.max(group.line.endedAt ?? 0, line.endedAt ?? 0);
    alike.set(key, group);
  }
  return [...alike.values()].map(
    ({ hosts, line: { id: _id, stage: _stage, host: _host, others: _others, ...line } }) =>
      hosts.length === all.length ? line : { ...line, hosts },
  );
}
