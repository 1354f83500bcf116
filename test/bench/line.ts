/** What was measured in each run, in order. */
export type Runs = readonly number[];
export type Unit = 'ms' | 's' | 'MB' | 'KB' | '';

/** One row of a bench's table. */
export interface Line {
  readonly what: string;
  readonly runs: Runs;
  readonly unit: Unit;
  /** What it was compared with in the same run, on the same machine. */
  readonly against?: { readonly what: string; readonly runs: Runs };
  readonly goal?: Goal;
}

/** Most that the median may be, or most that it may be of the other's median. */
export type Goal = { readonly words: string } & ({ readonly median: number } | { readonly ratio: number });

export function median(runs: Runs): number {
  const sorted = [...runs].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const ratio = ({ runs, against }: Line): number | undefined => against && median(runs) / median(against.runs);

export function isMet(line: Line): boolean | undefined {
  const { runs, goal } = line;
  if (!goal) return undefined;
  return 'median' in goal ? median(runs) <= goal.median : (ratio(line) ?? Infinity) <= goal.ratio;
}

const head = [
  'what',
  'runs',
  'median',
  'least to most',
  'compared with',
  'its median (least to most)',
  'ratio',
  'goal',
];

/** The table of a bench in Markdown. Throws on a figure that is none. */
export function table(lines: readonly Line[]): string {
  return [head, head.map(() => '---'), ...lines.map(cells)].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cells(line: Line): string[] {
  const { what, runs, unit, against, goal } = line;
  for (const value of [...runs, ...(against?.runs ?? [])])
    if (!Number.isFinite(value) || value < 0) throw new Error(`${what}: ${value} is no figure`);
  if (runs.length === 0 || against?.runs.length === 0) throw new Error(`${what} was never measured`);
  const times = ratio(line);
  return [
    what,
    `${runs.length}`,
    `${rounded(median(runs))} ${unit}`.trim(),
    spread(runs),
    against?.what ?? '',
    against ? `${rounded(median(against.runs))} ${unit} (${spread(against.runs)})` : '',
    times === undefined ? '' : times < 0.2 ? `1 / ${rounded(1 / times)}` : rounded(times),
    goal ? `${goal.words}: ${isMet(line) ? 'met' : '**not met**'}` : '',
  ];
}

const spread = (runs: Runs): string => `${rounded(Math.min(...runs))} to ${rounded(Math.max(...runs))}`;

/** Three digits are more than any of these is worth. */
export const rounded = (value: number): string =>
  Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
