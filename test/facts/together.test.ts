import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, FactUnknown, type Fact, type Output } from '../../src/facts/fact.js';
import { canBeTogether, packs, together } from '../../src/facts/together.js';
import { askedTogether } from '../simulation/together.js';

const mark = '0123456789abcdef01234567';
const asked = (command: string): Fact<Output> => ({ command, parse: (output) => output, codes: 'any' });
const carriedOut = ({ command, stdin = '' }: Fact<unknown>): Output => {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', input: stdin });
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
        expect(answer(fact, carriedOut(fact))).toEqual(all.map(([stdout, stderr, code]) => ({ code, stdout, stderr })));
      }),
      { numRuns: 30 },
    ));

  it('are told their own input whole, whatever of it they read', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(word, fc.boolean()), { minLength: 1 }), (all) => {
        const facts = all.map(([stdin, reads]) => ({ ...asked(reads ? 'cat' : 'true'), stdin }));
        const fact = together(facts, mark);
        expect(answer(fact, carriedOut(fact)).map(({ stdout }) => stdout)).toEqual(
          all.map(([stdin, reads]) => (reads ? stdin : '')),
        );
      }),
      { numRuns: 20 },
    ));

  it.each(['<', `<${mark} 0>`, ''])('have no answer where one of them is missing (%j)', (stdout) => {
    const fact = together([asked('true'), asked('true')], mark);
    expect(() => answer(fact, { code: 0, stdout, stderr: '' })).toThrow(FactUnknown);
  });

  it('have none where the shell could not be made', () => {
    const fact = together([asked('true'), asked('true')], mark);
    const both = `<${mark} 0><${mark} 0>`;
    expect(() => answer(fact, { code: 2, stdout: both, stderr: both })).toThrow(FactUnknown);
  });

  it('need no mark where there is one alone', () => {
    const fact = together([{ ...asked('exit 3'), codes: [0], stdin: 'a' }], mark);
    expect(fact).toMatchObject({ command: 'exit 3', stdin: 'a' });
    expect(answer(fact, { code: 3, stdout: '', stderr: '' })).toEqual([{ code: 3, stdout: '', stderr: '' }]);
  });

  it('are secret where one of them is', () => {
    expect(together([asked('a'), { ...asked('b'), secret: true }], mark).secret).toBe(true);
    expect(together([asked('a'), asked('b')], mark).secret).toBe(false);
    expect(together([{ ...asked('b'), secret: true }], mark).secret).toBe(true);
  });

  it('are as many as a command holds', () => {
    const all = ['a', 'b', 'c', 'd'].map((letter) => ({ fact: asked(letter.repeat(25_000)) }));
    expect(packs(all).map(({ length }) => length)).toEqual([2, 2]);
    expect(packs(all).flat()).toEqual(all);
    expect(canBeTogether(asked('a'.repeat(60_000)))).toBe(false);
    expect(canBeTogether(asked('a'))).toBe(true);
    expect(canBeTogether({ ...asked('a'), waits: true })).toBe(false);
  });

  it('are told apart by a simulated host', () =>
    fc.assert(
      fc.property(fc.array(fc.record({ command: word, stdin: word }), { minLength: 2 }), (questions) => {
        const { command, stdin } = together(
          questions.map((one) => ({ ...asked(one.command), stdin: one.stdin })),
          mark,
        );
        const found = askedTogether(command, stdin!)!;
        expect(found.questions).toEqual(questions);
        const outputs = questions.map(({ command: stdout }, code) => ({ code, stdout, stderr: '' }));
        expect(found.outputs(found.answer(outputs))).toEqual(outputs);
      }),
    ));
});
