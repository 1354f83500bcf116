import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Step } from '../steps/step.js';
import { few } from './batches.js';
import { details } from './details.js';
import { type Line, type LineState, type OperationInput, type Phase, type Progress, type Report } from './messages.js';

const phaseKey = defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD);
const needsOperatorKey = defineSearchAttributeKey('NeedsOperator', SearchAttributeType.BOOL);

/** Keeps what an operation has done, for the query, the UI's page and the search attributes. Nothing here enters history but a changed phase. */
export class Journal {
  readonly progress: Progress;
  readonly #large: boolean;
  #stale = false;

  constructor({ cluster, mode }: OperationInput, operation: string) {
    this.#large = cluster.hosts.length > few;
    this.progress = {
      cluster: cluster.name,
      kubernetes: cluster.kubernetes,
      operation,
      mode,
      revision: 0,
      phase: 'running',
      stage: '',
      startedAt: Date.now(),
      lines: [],
      gates: mode === 'plan' ? [] : cluster.gates.map((name) => ({ name, plan: [], state: 'ahead' })),
    };
    upsertSearchAttributes(attributes('running'));
  }

  enter(stage: string): void {
    this.progress.stage = stage;
    this.touch();
  }

  begin(stage: string, { name: step }: Step, host: string): Line {
    const line: Line = { stage, step, host, state: 'running', startedAt: Date.now() };
    this.progress.lines.push(line);
    this.touch();
    return line;
  }

  end(
    line: Line,
    state: LineState,
    {
      missing = [],
      warnings = [],
      ...more
    }: Partial<Pick<Line, 'missing' | 'warnings' | 'ranOn' | 'problem' | 'reason'>> = {},
  ): void {
    Object.assign(line, { state, endedAt: Date.now() }, more);
    // A query's answer may hold 2 MB; what was missing stands in the history.
    if (missing.length > 0 && !(this.#large && state === 'changed')) line.missing = missing;
    if (warnings.length > 0) line.warnings = warnings;
    this.touch();
  }

  hold(line: Line, problem: string): void {
    Object.assign(line, { state: 'held', problem });
    this.touch();
  }

  again(line: Line): void {
    Object.assign(line, { state: 'running', startedAt: Date.now() });
    delete line.problem;
    this.touch();
  }

  close(phase: 'done' | 'failed' | 'cancelled'): Report {
    this.progress.endedAt = Date.now();
    this.touch(phase);
    const { cluster, kubernetes, mode, startedAt, endedAt, lines } = this.progress;
    const count = (state: LineState): number => lines.filter((line) => line.state === state).length;
    return {
      cluster,
      kubernetes,
      mode,
      seconds: Math.round((endedAt - startedAt) / 100) / 10,
      done: count('done'),
      changed: count('changed'),
      wouldChange: count('would change'),
      skipped: count('skipped'),
      warnings: some(lines.flatMap(({ host, warnings = [] }) => warnings.map((words) => `${host}: ${words}`))),
      problems: some(lines.flatMap(({ state, problem }) => (state === 'failed' && problem ? [problem] : []))),
    };
  }

  /** After every change: a new revision, the page, and the phase where it is another. */
  touch(phase: Phase = this.#waits() ? 'waiting' : 'running'): void {
    this.progress.revision += 1;
    if (this.progress.phase !== phase) {
      this.progress.phase = phase;
      upsertSearchAttributes(attributes(phase));
    }
    if (this.#stale) return;
    this.#stale = true;
    // Once for all that changes together: a batch changes many lines at a time.
    void Promise.resolve().then(() => {
      this.#stale = false;
      setCurrentDetails(details(this.progress));
    });
  }

  #waits(): boolean {
    return (
      this.progress.lines.some(({ state }) => state === 'held') ||
      this.progress.gates.some(({ state }) => state === 'waiting')
    );
  }
}

/** A result is a payload, and enters the history: a line too many is a line less. All of them are in the progress. */
const some = (words: readonly string[], most = 100): string[] =>
  words.length > most ? [...words.slice(0, most), `… and ${words.length - most} more`] : [...words];

const attributes = (phase: Phase) => [
  { key: phaseKey, value: phase },
  { key: needsOperatorKey, value: phase === 'waiting' },
];
