import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Translation } from '../../../src/client/import/ledger.js';
import { formatProblems } from '../../../src/client/spec/format.js';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { readSpec, type ReadSpec } from '../../../src/client/spec/read.js';

/** A translated spec as `kha validate` reads it. */
export async function validated({ spec }: Translation): Promise<ReadSpec> {
  const folder = mkdtempSync(join(tmpdir(), 'kha-import-'));
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, spec);
  try {
    return await readSpec(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where and why a translation, or its spec, is refused: `LINE:COLUMN message`, one a line. */
export async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SpecProblems)) throw error;
    return error.problems.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n');
  }
  throw new Error('it was translated');
}

/** The same as a person sees it. */
export function shown(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SpecProblems)) throw error;
    return formatProblems(error.problems, error.text, (_style, words) => words);
  }
  throw new Error('it was translated');
}

/** What a person has to fill in, one a line. */
export const toFill = ({ notes }: Translation): string =>
  notes.flatMap(({ kind, section, words }) => (kind === 'fill' ? `${section}: ${words}` : [])).join('\n');
