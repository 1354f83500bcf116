import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, FactUnknown, type Fact, type Output } from '../../src/facts/fact.js';
import { canBeTogether, packs, together } from '../../src/facts/together.js';
import { askedTogether } from '../simulation/together.js';

const mark = '0123456789abcdef01234567';
const asked = (command: string): Fact<Output> => ({ command, parse: (output) => output, codes: 'any' });
const carriedOut = (command: string): Output => {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  return { code: status!, stdout, stderr };
};
const word = fc
  .string({ unit: 'binary', maxLength: 30 })
  .filter((one) => !one.includes('\0') && one === Buffer.from(one).toString());
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

describe('questions that are asked together', () => {
  it('are answered as each would be alone', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, fc.integer({ min: 0, max: 255 })), { minLength: 1 }), (all) => {
        const facts = all.map(([out, err, code]) =>
          asked(`printf %s ${quoted(out)}; printf %s ${quoted(err)} >&2; cd /; set -e; mark=none; exit ${code}`),
        );
        const fact = together(facts, mark);
        expect(answer(fact, carriedOut(fact.command))).toEqual(
          all.map(([stdout, stderr, code]) => ({ code, stdout, stderr })),
        );
      }),
      { numRuns: 30 },
    ));

  it.each(['<', `<${mark} 0>`, ''])('have no answer where one of them is missing (%j)', (stdout) => {
    const fact = together([asked('true'), asked('true')], mark);
    expect(() => answer(fact, { code: 0, stdout, stderr: '' })).toThrow(FactUnknown);
  });

  it('have none where the shell could not be made', () => {
    const fact = together([asked('true')], mark);
    expect(() => answer(fact, { code: 2, stdout: `<${mark} 0>`, stderr: `<${mark} 0>` })).toThrow(FactUnknown);
  });

  it('are secret where one of them is', () => {
    expect(together([asked('a'), { ...asked('b'), secret: true }], mark).secret).toBe(true);
    expect(together([asked('a')], mark).secret).toBe(false);
  });

  it('are as many as a command holds', () => {
    const all = ['a', 'b', 'c', 'd'].map((letter) => ({ fact: asked(letter.repeat(25_000)) }));
    expect(packs(all).map(({ length }) => length)).toEqual([2, 2]);
    expect(packs(all).flat()).toEqual(all);
    expect(canBeTogether(asked('a'.repeat(60_000)))).toBe(false);
    expect(canBeTogether({ ...asked('a'), stdin: 'secret' })).toBe(false);
  });

  it('are told apart by a simulated host', () =>
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (commands) => {
        const found = askedTogether(together(commands.map(asked), mark).command)!;
        expect(found.commands).toEqual(commands);
        const outputs = commands.map((stdout, code) => ({ code, stdout, stderr: '' }));
        expect(found.outputs(found.answer(outputs))).toEqual(outputs);
      }),
    ));
});
