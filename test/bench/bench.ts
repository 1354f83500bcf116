import type { Line } from './line.js';

/** How large a bench measures, and how often. */
export interface Extent {
  /** Numbers of hosts, for benches that have them. */
  readonly sizes: readonly number[];
  readonly runs: number;
}

export interface Result {
  readonly lines: readonly Line[];
  /** What the table cannot hold, in Markdown: counts that are the same in each run, a picture. */
  readonly notes?: readonly string[];
  /** A picture that the notes show: its file below docs/ and its SVG. */
  readonly picture?: { readonly file: string; readonly svg: string };
}

/** Something that is measured. It throws when what it measures does not work, and never for being slow. */
export interface Bench {
  /** Of `npm run bench:NAME`. */
  readonly name: string;
  /** The heading of its section in docs/performance.md. */
  readonly title: string;
  /** How it is measured and with what it is compared. */
  readonly how: string;
  readonly full: Extent;
  /** Installs in the lab: its smallest extent is tried beside the other tests of the lab, one after another. */
  readonly inLab?: true;
  /** What `npm test` tries, to see that it works. */
  readonly smallest: Extent;
  measure(extent: Extent): Promise<Result>;
}
