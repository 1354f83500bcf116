import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Mode, Step } from '../steps/step.js';
import { Changes } from './changes.js';
import { details, type Tally } from './details.js';
import {
  hostsOf,
  labelOf,
  type Gate,
  type Line,
  type LineState,
  type Phase,
  type Progress,
  type Report,
} from './messages.js';
import { stageReports } from './stages.js';
import type { WaveLine } from './wave.js';

const phaseKey = defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD);
const needsOperatorKey = defineSearchAttributeKey('NeedsOperator', SearchAttributeType.BOOL);

/** What a journal is about. */
export interface About extends Pick<Progress, 'cluster' | 'kubernetes' | 'operation' | 'subject'> {
  readonly mode: Mode;
  /** By name. */
  readonly gates: readonly string[];
  readonly hosts: readonly string[];
}

/**
 * Keeps what an operation has done, for the query, the UI's page and the search attributes. Nothing here enters history
 * but a changed phase. Everything is counted as it happens: a run of 1,000 hosts has thousands of lines.
 */
export class Journal {
  readonly head: Omit<Progress, 'lines' | 'gates' | 'more' | 'waves'>;
  readonly gates: readonly Gate[];
  /** Lines that run or are held. */
  readonly open = new Set<Line>();
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly lines: Line[] = [];
  /** Child workflows under way by id, and whether a person is waited for in them. */
  readonly waves = new Map<string, boolean>();
  readonly #told: (phase: Phase) => void;
  readonly #counts = new Map<LineState, number>();
  readonly #changes = new Changes();
  #stale = false;

  /** `told` hears of every phase after the first. */
  constructor(
    { cluster, kubernetes, operation, mode, gates, hosts, subject }: About,
    told: (phase: Phase) => void = () => undefined,
  ) {
    this.#told = told;
    this.head = {
      cluster,
      kubernetes,
      operation,
      mode,
      ...(subject ? { subject } : {}),
      revision: 0,
      phase: 'running',
      stage: '',
      startedAt: Date.now(),
    };
    this.gates = mode === 'plan' ? [] : gates.map((name) => ({ name, plan: [], state: 'ahead' }));
    for (const gate of this.gates) this.#changes.note(gate, (this.head.revision += 1));
    this.tallies = new Map(hosts.map((name) => [name, { done: 0, changed: 0 }]));
    upsertSearchAttributes(attributes('running'));
  }

  /** What changed after a revision, a page at most. */
  since(revision: number): Progress {
    const { items, through } = this.#changes.since(revision);
    return {
      ...this.head,
      ...(this.waves.size > 0 ? { waves: [...this.waves.keys()] } : {}),
      lines: items.filter((item): item is Line => 'id' in item),
      gates: this.gates.filter((gate) => items.includes(gate)),
      ...(through === undefined ? {} : { revision: through, more: true }),
    };
  }

  enter(stage: string): void {
    this.head.stage = stage;
    this.#touch();
  }

  begin(stage: string, { name: step }: Step, hosts: readonly string[]): Line {
    const [host = '', ...others] = hosts;
    const line: Line = { id: this.lines.length, stage, step, host, state: 'running', startedAt: Date.now() };
    if (others.length > 0) line.others = others;
    return this.#add(line);
  }

  /** Gives some of a line's hosts a line of their own. */
  split(line: Line, hosts: readonly string[]): Line {
    const left = hostsOf(line).filter((host) => !hosts.includes(host));
    this.#count(line.state, -hosts.length);
    share(line, left);
    this.#touch(line);
    const own: Line = { ...line, id: this.lines.length };
    share(own, hosts);
    return this.#add(own);
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
    Object.assign(line, { endedAt: Date.now() }, more);
    if (missing.length > 0) line.missing = missing;
    if (warnings.length > 0) line.warnings = warnings;
    this.open.delete(line);
    this.#tally(line, state);
    this.#move(line, state);
  }

  /** Takes what a wave came to; its hosts are in every line. */
  adopt(stage: string, all: readonly string[], lines: readonly WaveLine[]): void {
    for (const { hosts = all, ...rest } of lines) {
      const line: Line = { id: this.lines.length, stage, host: '', ...rest };
      share(line, hosts);
      this.#add(line);
      this.open.delete(line);
      this.#tally(line, line.state);
    }
  }

  /** A child workflow that has begun or ended, or that begins or ceases to wait for a person. */
  wave(id: string, what: 'begins' | 'ended' | 'waits' | 'goes on'): void {
    if (what === 'begins') this.waves.set(id, false);
    else if (what === 'ended') this.waves.delete(id);
    else if (this.waves.has(id)) this.waves.set(id, what === 'waits');
    this.#touch();
  }

  hold(line: Line, problem: string): void {
    line.problem = problem;
    this.#move(line, 'held');
  }

  again(line: Line): void {
    line.startedAt = Date.now();
    delete line.problem;
    this.#move(line, 'running');
  }

  turn(gate: Gate, to: Partial<Gate>): void {
    Object.assign(gate, to);
    this.#touch(gate);
  }

  close(phase: 'done' | 'failed' | 'cancelled'): Report {
    this.head.endedAt = Date.now();
    this.#touch(undefined, phase);
    const { cluster, kubernetes, mode, subject, startedAt, endedAt } = this.head;
    const count = (state: LineState): number => this.#counts.get(state) ?? 0;
    return {
      cluster,
      kubernetes,
      mode,
      ...(subject ? { subject } : {}),
      seconds: Math.round((endedAt - startedAt) / 100) / 10,
      done: count('done'),
      changed: count('changed'),
      wouldChange: count('would change'),
      skipped: count('skipped'),
      warnings: some(this.lines.flatMap((line) => (line.warnings ?? []).map((words) => `${labelOf(line)}: ${words}`))),
      problems: some(this.lines.flatMap(({ state, problem }) => (state === 'failed' && problem ? [problem] : []))),
      stages: stageReports(this.lines),
    };
  }

  #add(line: Line): Line {
    this.lines.push(line);
    this.open.add(line);
    this.#count(line.state, hostsOf(line).length);
    this.#touch(line);
    return line;
  }

  #move(line: Line, state: LineState): void {
    const { length } = hostsOf(line);
    this.#count(line.state, -length);
    this.#count(state, length);
    line.state = state;
    this.#touch(line);
  }

  #tally(line: Line, state: LineState): void {
    for (const host of hostsOf(line)) {
      const tally = this.tallies.get(host);
      if (tally && state === 'done') tally.done += 1;
      if (tally && (state === 'changed' || state === 'would change')) tally.changed += 1;
    }
  }

  #count(state: LineState, by: number): void {
    this.#counts.set(state, (this.#counts.get(state) ?? 0) + by);
  }

  /** After every change: a new revision, the page, and the phase where it is another. */
  #touch(changed?: Line | Gate, phase: Phase = this.#waits() ? 'waiting' : 'running'): void {
    this.head.revision += 1;
    if (changed) this.#changes.note(changed, this.head.revision);
    if (this.head.phase !== phase) {
      this.head.phase = phase;
      upsertSearchAttributes(attributes(phase));
      this.#told(phase);
    }
    if (this.#stale) return;
    this.#stale = true;
    // Once for all that changes together: a batch changes many lines at a time.
    void Promise.resolve().then(() => {
      this.#stale = false;
      setCurrentDetails(details(this));
    });
  }

  #waits(): boolean {
    const held = (this.#counts.get('held') ?? 0) > 0 || [...this.waves.values()].includes(true);
    return held || this.gates.some(({ state }) => state === 'waiting');
  }
}

function share(line: Line, [host = '', ...others]: readonly string[]): void {
  line.host = host;
  if (others.length > 0) line.others = others;
  else delete line.others;
}

/** A result is a payload, and enters the history: a line too many is a line less. All of them are in the progress. */
const some = (words: readonly string[], most = 100): string[] =>
  words.length > most ? [...words.slice(0, most), `… and ${words.length - most} more`] : [...words];

const attributes = (phase: Phase) => [
  { key: phaseKey, value: phase },
  { key: needsOperatorKey, value: phase === 'waiting' },
];
