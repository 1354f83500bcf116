import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enclose, open, unwrap, wrap } from '../../../src/activities/ssh/wire.js';

const mark = '0123456789abcdef01234567';
const letter = { mark, seconds: 60, sudo: '', skips: false };
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      "'",
      '"',
      '\\',
      '\\\\',
      '!',
      '!!',
      '$(id)',
      '`id`',
      '\n',
      '%',
      '%s',
      '\\0',
      '\\c',
      '~',
      '*',
      '^a^b',
      '{}',
    ),
  )
  .filter((one) => !one.includes('\0') && one === Buffer.from(one).toString());
const texts = fc
  .array(text, { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
  .filter((one) => one !== '');

describe('a command on its way', () => {
  it('comes out as it went in', () =>
    fc.assert(
      fc.property(texts, (command) => {
        expect(unwrap(wrap({ ...letter, command }))).toEqual({ mark, command });
      }),
    ));

  it('holds nothing that any login shell minds', () =>
    fc.assert(
      fc.property(texts, (command) => {
        const line = wrap({ ...letter, command });
        expect(line).toMatch(/^[ -~]+$/);
        expect(line).not.toMatch(/!|\\\\|\\'/);
      }),
    ));

  it('is refused where no argument can hold it', () =>
    expect(() => wrap({ ...letter, command: 'x'.repeat(131_000) })).toThrow(/longer than a host takes/));

  it('is told from a line of somebody else’s', () => expect(() => unwrap('exec sh -c true')).toThrow(/not a command/));
});

const shells = ['sh', 'bash', 'zsh', 'ksh', 'tcsh', 'bsd-csh', 'fish'].map((name) =>
  ['/bin', '/usr/bin'].map((folder) => `${folder}/${name}`).find((path) => existsSync(path)),
);

describe.each(shells.filter((path) => path !== undefined))('the login shell %s', (shell) => {
  const carriedOut = (command: string): ReturnType<typeof open>[] => {
    const { stdout, stderr } = spawnSync(shell, ['-c', wrap({ ...letter, command })], { input: 'in' });
    return [open(stdout, mark), open(stderr, mark)];
  };

  it('carries any command out, and gives its streams and exit code whole', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 255 }), (words, code) => {
        const word = `'${words.replaceAll("'", `'\\''`)}'`;
        const [out, err] = carriedOut(`printf %s ${word}; cat; printf %s ${word} >&2; exit ${code}`);
        expect(out).toMatchObject({ begun: true, code });
        expect(out!.text.toString()).toBe(`${words}in`);
        expect(err!.text.toString()).toBe(words);
      }),
      { numRuns: 15 },
    );
  });

  it('takes a long one', () => expect(carriedOut(`: '${'it is long! '.repeat(4_000)}'; exit 3`)[0]!.code).toBe(3));
});

describe('an answer', () => {
  const opened = (stream: string) => open(Buffer.from(stream), mark);

  it('is what stands between the marks, whatever else is printed', () =>
    fc.assert(
      fc.property(texts, texts, texts, fc.integer({ min: 0, max: 255 }), (before, said, after, code) => {
        const found = opened(before + enclose(mark, said, code) + after);
        expect({ ...found, text: found.text.toString() }).toEqual({
          begun: true,
          code,
          text: said,
          around: before + after,
        });
      }),
    ));

  it.each([
    ['nothing', ''],
    ['what a login shell prints', 'Welcome!\n'],
    ['another command’s answer', enclose('f'.repeat(24), '', 0)],
  ])('is none where there is only %s', (_what, stream) =>
    expect(opened(stream)).toMatchObject({ begun: false, code: undefined }),
  );

  it('has no exit code where it was cut off', () =>
    expect(opened(`<${mark}>some`)).toMatchObject({ begun: true, code: undefined }));
});
