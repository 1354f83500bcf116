import { coloured, paint } from '../render/words.js';
import type { Problem, Sources } from './problem.js';

/** More problems than a person reads in one go. */
const most = 50;

/** Problems for people: place, the line itself with a mark under it, what was found and what was expected. */
export function formatProblems(
  problems: readonly Problem[],
  text: Sources,
  colour = paint(coloured(process.stderr)),
): string {
  const lines = new Map(
    Object.entries(typeof text === 'string' ? { '': text } : text).map(([file, one]) => [file, one.split('\n')]),
  );
  const shown = problems
    .slice(0, most)
    .map(({ file, line, column, path, message, found, expected, severity, secret }) => {
      const parts = [
        `${colour('bold', `${file}:${line}:${column}`)} ${colour(severity === 'error' ? 'red' : 'yellow', severity)} ${harmless(`${path ? `${path}: ` : ''}${message}`)}`,
      ];
      const content = secret ? undefined : (lines.get('') ?? lines.get(file))?.[line - 1];
      if (content !== undefined && content.length < 500)
        parts.push(`    ${harmless(content)}`, `    ${' '.repeat(Math.max(0, column - 1))}${colour('red', '^')}`);
      if (found) parts.push(`    found     ${harmless(found)}`);
      if (expected) parts.push(`    expected  ${expected}`);
      return parts.join('\n');
    });
  if (problems.length > most) shown.push(`… and ${problems.length - most} more`);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const count = errors > 0 ? `\n\n${errors} ${errors === 1 ? 'problem' : 'problems'}; nothing was touched` : '';
  return shown.join('\n') + count;
}

/** A spec's own words, with what would move or hide others on a terminal spelt out: control characters, direction marks. */
const harmless = (words: string): string =>
  words
    .slice(0, 600)
    .replaceAll(
      /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
