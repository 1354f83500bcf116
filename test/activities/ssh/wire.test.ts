import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ending, open, openings, order } from '../../../src/activities/ssh/wire.js';
import { answered, Orders } from '../../simulation/orders.js';

const mark = '0123456789abcdef01234567';
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

describe('an order on its way', () => {
  it('comes out as it went in, in whatever pieces', () =>
    fc.assert(
      fc.property(texts, fc.option(texts, { nil: undefined }), fc.nat(), (command, stdin, cut) => {
        const orders = new Orders();
        const all = openings.root().first + order({ mark, seconds: 60, command, stdin });
        const at = cut % all.length;
        expect([...orders.take(all.slice(0, at)), ...orders.take(all.slice(at))]).toEqual([
          { mark, seconds: 60, command, stdin },
        ]);
      }),
    ));

  it('is refused where no argument can hold it', () =>
    expect(() => order({ mark, seconds: 60, command: 'x'.repeat(131_073) })).toThrow(/longer than a host takes/));

  it('is begun by lines that hold nothing that any login shell minds', () => {
    for (const { line } of [openings.root(), openings.sudo(), openings.password('secret', mark)]) {
      expect(line).toMatch(/^[ -~]+$/);
      expect(line).not.toMatch(/!|\\\\|\\'|secret/);
    }
  });
});

const found = (names: readonly string[]): string[] =>
  names.flatMap(
    (name) => ['/bin', '/usr/bin'].map((folder) => `${folder}/${name}`).find((path) => existsSync(path)) ?? [],
  );

describe.each(found(['sh', 'bash', 'zsh', 'ksh', 'tcsh', 'bsd-csh', 'fish']))('the login shell %s', (shell) => {
  const { line, first } = openings.root();

  it('carries one order out after another', () => {
    const marks = ['1', '2'].map((digit) => digit.repeat(24));
    const orders = marks.map((own, n) => order({ mark: own, seconds: 60, command: `echo ${n}; exit ${n}` }));
    const { stdout } = spawnSync(shell, ['-c', line], { input: first + orders.join('') });
    const said = [0, 1].map((n) => answered(marks[n]!, { stdout: `${n}\n`, stderr: '', code: n }).stdout);
    expect(stdout.toString()).toBe(said.join(''));
  });
});

// What /bin/sh is: dash on Debian's systems, bash on Red Hat's.
describe.each(found(['dash', 'bash']))('a root shell that is %s', (shell) => {
  const args = shell.endsWith('bash') ? ['--posix'] : [];
  const carriedOut = (command: string, stdin?: string): ReturnType<typeof open>[] => {
    const input = openings.root().first + order({ mark, seconds: 60, command, stdin });
    const { stdout, stderr } = spawnSync(shell, args, { input });
    for (const stream of [stdout, stderr])
      expect(ending(stream.toString('latin1'), mark)).toMatchObject({ held: false });
    return [open(stdout, mark), open(stderr, mark)];
  };

  it('gives streams and exit code of any command whole', () => {
    fc.assert(
      fc.property(texts, texts, fc.integer({ min: 0, max: 255 }), (words, stdin, code) => {
        const word = `'${words.replaceAll("'", `'\\''`)}'`;
        const [out, err] = carriedOut(`printf %s ${word}; cat; printf %s ${word} >&2; exit ${code}`, stdin);
        expect(out).toMatchObject({ begun: true, code });
        expect(out!.text.toString()).toBe(words + stdin);
        expect(err!.text.toString()).toBe(words);
      }),
      { numRuns: 15 },
    );
  });

  it('gives a command no input but its own', () =>
    expect(carriedOut('cat; echo end')[0]).toMatchObject({ code: 0, text: Buffer.from('end\n') }));

  it('carries nothing out of an order that came in part', () => {
    const whole = order({ mark, seconds: 60, command: `touch '/tmp/kha it'`, stdin: `it's in` });
    for (const length of [whole.length - 2, whole.length - 8, 60]) {
      const { stdout } = spawnSync(shell, args, { input: openings.root().first + whole.slice(0, length) });
      expect(stdout.toString()).toBe('');
    }
  });

  it('is not disturbed by input that nobody reads', () => {
    const [out, err] = carriedOut('exec true', `echo no; `.repeat(20_000));
    expect([out!.code, err!.text.toString()]).toEqual([0, '']);
  });

  it('takes a long one', () => expect(carriedOut(`: '${'it is long! '.repeat(4_000)}'; exit 3`)[0]!.code).toBe(3));
});

describe('an answer', () => {
  const opened = (stream: string) => open(Buffer.from(stream), mark);

  it('is what stands between the marks, whatever else is printed', () =>
    fc.assert(
      fc.property(texts, texts, fc.integer({ min: 0, max: 255 }), (before, said, code) => {
        const { stdout } = answered(mark, { stdout: said, stderr: '', code });
        const found = opened(before + stdout);
        expect({ ...found, text: found.text.toString() }).toEqual({ begun: true, code, text: said, around: before });
      }),
    ));

  it.each([
    ['nothing', ''],
    ['what a login shell prints', 'Welcome!\n'],
    ['another command’s answer', answered('f'.repeat(24), { stdout: '', stderr: '', code: 0 }).stdout],
  ])('is none where there is only %s', (_what, stream) =>
    expect(opened(stream)).toMatchObject({ begun: false, code: undefined }),
  );

  it('has no exit code where it was cut off', () => {
    expect(opened(`<${mark}>some`)).toMatchObject({ begun: true, code: undefined });
    expect(opened(`<${mark}>some<${mark}. 137>`)).toMatchObject({ begun: true, code: undefined });
  });

  it('ends where the end has come whole', () => {
    const end = `<${mark}. 124 held>`;
    expect(ending(end, mark)).toEqual({ status: 124, held: true, at: 0 });
    for (let length = 0; length < end.length; length += 1) expect(ending(end.slice(0, length), mark)).toBeUndefined();
  });
});
