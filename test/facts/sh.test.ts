import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, sh } from '../../src/facts/sh.js';

const printed = (command: string): string => execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });

describe('quoting', () => {
  it('brings any words whole through a real shell', () => {
    const words = fc.array(
      fc
        .oneof(
          fc.string({ unit: 'binary', maxLength: 20 }),
          fc.constantFrom("'", '$(id)', '`id`', '\\', '"', '\n', '-n', '*', '~', '!', ';', '&&', ''),
        )
        .filter((text) => !text.includes('\0') && text === Buffer.from(text).toString()),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(words, (given) => {
        expect(
          printed(sh`for word in ${given}; do printf '%s\\0' "$word"; done`)
            .split('\0')
            .slice(0, -1),
        ).toEqual(given);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['plain', 'plain'],
    ['/etc/kubernetes/kubeadm.yaml', '/etc/kubernetes/kubeadm.yaml'],
    ['two words', "'two words'"],
    ["it's", "'it'\\''s'"],
    ['', "''"],
    ['~', "'~'"],
  ])('%j becomes %s', (text, word) => expect(quote(text)).toBe(word));

  it('refuses what no shell word can hold', () => expect(() => quote('a\0b')).toThrow(/NUL/));
});
