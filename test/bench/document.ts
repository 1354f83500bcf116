import { readFileSync, writeFileSync } from 'node:fs';
import type { Bench, Result } from './bench.js';
import { table } from './line.js';
import { machine } from './machine.js';

/** Puts a bench's section in place of its last, at its end where it has none; whatever stands outside of the marks is people's. */
export function write(file: string, bench: Bench, result: Result, day = new Date()): void {
  const text = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- bench:${bench.name} -->`, `<!-- /bench:${bench.name} -->`];
  const own = [begin, section(bench, result, day), end].join('\n');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 !== to < 0 || to < from) throw new Error(`${file}: ${begin} and ${end} are not a pair`);
  writeFileSync(
    file,
    from < 0 ? `${text.trimEnd()}\n\n${own}\n` : text.slice(0, from) + own + text.slice(to + end.length),
  );
}

export const section = ({ name, title, how }: Bench, { lines, notes = [] }: Result, day: Date): string =>
  [
    `## ${title}`,
    `${how} Written by \`npm run bench:${name}\` on ${day.toISOString().slice(0, 10)}, on ${machine()}.`,
    table(lines),
    ...notes,
  ].join('\n\n');
