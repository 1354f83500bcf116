import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Link } from '../../../src/activities/ssh/link.js';
import { Pool } from '../../../src/activities/ssh/pool.js';
import { noSshd, startSshd, type Sshd } from './sshd.js';

const why = noSshd || (existsSync('/usr/bin/sudo') ? '' : 'needs sudo');
const users = { free: 'kha-test-free', asked: 'kha-test-asked', none: 'kha-test-none' };
const rules = '/etc/sudoers.d/kha-test';

describe.skipIf(why !== '')(`sudo${why && ` (${why})`}`, () => {
  let sshd: Sshd;
  const pool = new Pool({ patience: 0 });
  const as = (user: string, sudoPassword?: string): Link =>
    pool.to({
      name: 'm1',
      address: '127.0.0.1',
      settings: { ...sshd.settings, user, ...(sudoPassword ? { sudoPassword } : {}) },
    });

  beforeAll(async () => {
    for (const user of Object.values(users)) {
      spawnSync('userdel', ['-r', user]);
      execFileSync('useradd', ['-m', '-s', '/bin/sh', user]);
      execFileSync('chpasswd', { input: `${user}:kha-test-password\n` });
    }
    writeFileSync(rules, `${users.free} ALL=(ALL) NOPASSWD: ALL\n${users.asked} ALL=(ALL) ALL\n`, { mode: 0o440 });
    process.env['KHA_TEST_SUDO'] = 'kha-test-password';
    process.env['KHA_TEST_SUDO_WRONG'] = 'not-the-password';
    sshd = await startSshd();
  });
  afterAll(() => {
    pool.close();
    sshd.stop();
    rmSync(rules, { force: true });
    for (const user of Object.values(users)) spawnSync('userdel', ['-r', user]);
  });

  it.each([
    ['without a password', users.free, undefined],
    ['with a password', users.asked, 'env:KHA_TEST_SUDO'],
    ['with a password that sudo does not ask for', users.free, 'env:KHA_TEST_SUDO'],
  ])('runs as root %s, and leaves standard input whole', async (_how, user, password) => {
    for (const stdin of ['first line\nsecond\n', '']) {
      expect(await as(user, password).run('id -u; cat', { stdin })).toMatchObject({ code: 0, stdout: `0\n${stdin}` });
    }
  });

  it('keeps the password out of the process list', async () => {
    const { stdout } = await as(users.asked, 'env:KHA_TEST_SUDO').run('cat /proc/[0-9]*/cmdline | tr "\\0" " "');
    expect(stdout).toContain('sudo');
    expect(stdout).not.toContain('kha-test-password');
  });

  it.each([
    ['a password is asked for and none is named', users.asked, undefined],
    ['the password is wrong', users.asked, 'env:KHA_TEST_SUDO_WRONG'],
    ['the user may not use sudo', users.none, 'env:KHA_TEST_SUDO'],
    ['the user may not use sudo and no password is named', users.none, undefined],
  ])('says so when %s', async (_what, user, password) => {
    await expect(as(user, password).run('true')).rejects.toMatchObject({ type: 'SudoRefused', host: 'm1' });
  });

  it('takes a command that fails for what it is', async () => {
    expect(await as(users.asked, 'env:KHA_TEST_SUDO').run('echo oops >&2; exit 1')).toMatchObject({
      code: 1,
      stderr: 'oops\n',
    });
  });
});
