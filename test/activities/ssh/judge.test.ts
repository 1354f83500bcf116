import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/activities/ssh/judge.js';
import type { Said } from '../../../src/activities/ssh/hearing.js';
import { cluster } from '../../clusters.js';
import { answered } from '../../simulation/orders.js';

const mark = 'abcdef012345';
const target = { name: 'm1', address: '10.0.0.11', settings: { ...cluster().ssh, user: 'kha' } };
const judged = (stdout: string, stderr: string, code = 1) => {
  const said: Said = { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), code, size: 0 };
  return judge(target, { mark, seconds: 60 }, said, 100);
};

describe('what a host said', () => {
  it('is an answer between its marks only', () => {
    const output = { code: 1, stdout: 'out', stderr: 'err' };
    const { stdout, stderr } = answered(mark, output);
    expect(judged(`Welcome!\n${stdout}`, `a lecture\n${stderr}`)).toEqual(output);
  });

  it.each([
    ['nothing', '', ''],
    ['what the command would have said', 'out', ''],
    ['what a full disk makes the shell say', '', 'sh: 1: cannot create temp file: No space left on device'],
    ['another’s mark', answered('012345abcdef', { code: 0, stdout: 'out', stderr: '' }).stdout, ''],
  ])('is none without a mark: %s', (_, stdout, stderr) => {
    for (const code of [0, 1])
      expect(() => judged(stdout, stderr, code)).toThrow(
        expect.objectContaining({ type: 'NotAnswered', how: 'not begun' }) as Error,
      );
  });

  it.each([0, 1, 137])('is none where it was cut off before its end, whatever the exit code: %i', (code) => {
    for (const end of ['', `<${mark}. ${code}>`])
      expect(() => judged(`<${mark}>half${end}`, `<${mark}>${end}`, code)).toThrow(
        expect.objectContaining({ type: 'NotAnswered', how: 'cut off' }) as Error,
      );
  });
});

describe('a sudo that does not begin', () => {
  it.each([
    'sudo: sorry, you must have a tty to run sudo',
    'sudo: a terminal is required to read the password; either use the -S option to read from standard input',
    'sudo: a password is required',
    'sudo: 1 incorrect password attempt',
    'sudo: account validation failure, is your account locked?',
    'sudo: Account expired or PAM config lacks an "account" section for sudo, contact your system administrator',
    "Sorry, user kha is not allowed to execute '/usr/bin/env' as root on m1.",
    'kha is not in the sudoers file.',
    'bash: line 1: sudo: command not found',
  ])('because only a person can help is told so, and once: %s', (words) => {
    expect(() => judged('', `We trust you have received the usual lecture.\n\n${words}\n`)).toThrow(
      expect.objectContaining({ type: 'SudoRefused' }) as Error,
    );
  });

  it.each([
    'sudo: PAM authentication error: Module is unknown\nsudo: a password is required',
    'sudo: unable to initialize PAM: No such file or directory',
    'sudo: unknown uid 1000: who are you?',
    'sudo: unable to fork: Cannot allocate memory',
  ])('because something is away may pass: %s', (words) => {
    expect(() => judged('', words)).toThrow(
      expect.objectContaining({ type: 'NotAnswered', how: 'not begun' }) as Error,
    );
  });
});
