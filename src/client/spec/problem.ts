/** Something wrong in a spec, where it stands, and what would be right. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `hosts[2].address`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  readonly severity: 'error' | 'warning';
  /** The line holds a secret, or may: it is not shown. */
  readonly secret?: boolean;
}

/** What problems are quoted from: the one file's text, or that of each by name. */
export type Sources = string | Readonly<Record<string, string>>;

/** Every problem of a spec at once. */
export class SpecProblems extends Error {
  override readonly name = 'SpecProblems';
  readonly problems: readonly Problem[];
  readonly text: Sources;

  constructor(problems: readonly Problem[], text: Sources) {
    super(problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
    this.problems = problems;
    this.text = text;
  }
}
