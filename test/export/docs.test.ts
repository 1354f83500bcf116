import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { kinds } from '../../src/export/kinds.js';
import { withoutSuccessor } from '../../src/export/without-successor.js';

const code = (word: string): string => `\`${word}\``;

/** The tables of docs/from-1.9-to-today.md, as the tables of kinds have them. */
const tables = [
  '| kind | was | is | what changes |',
  '|---|---|---|---|',
  ...kinds.map(({ kind, was, today, says }) => `| ${kind} | ${was.map(code).join(', ')} | ${code(today)} | ${says} |`),
  '',
  'Without a successor:',
  '',
  '| kind | was | instead |',
  '|---|---|---|',
  ...Object.entries(withoutSuccessor).map(
    ([key, { was, instead }]) => `| ${key.split('/')[1]} | ${code(was)} | ${instead} |`,
  ),
].join('\n');

it('has every kind in the guide', () => {
  const guide = readFileSync(new URL('../../docs/from-1.9-to-today.md', import.meta.url), 'utf8');
  expect(guide.slice(guide.indexOf('| kind | was | is |')).trim()).toBe(tables);
});
