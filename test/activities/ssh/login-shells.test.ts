import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Link } from '../../../src/activities/ssh/link.js';
import { Pool } from '../../../src/activities/ssh/pool.js';
import { noSshd, startSshd, type Sshd } from './sshd.js';

const why = noSshd || (existsSync('/usr/bin/sudo') ? '' : 'needs sudo');
const user = 'kha-test-shell';
const rules = '/etc/sudoers.d/kha-test-shell';
const service = '/etc/pam.d/kha-test-shell';
const password = 'kha-test-password';
const german = execFileSync('locale', ['-a'], { encoding: 'utf8' }).includes('de_DE.utf8');

describe.skipIf(why !== '')(`a user of his own shell${why && ` (${why})`}`, () => {
  let sshd: Sshd;
  let failed: string;
  const pools: Pool[] = [];
  const link = (server = sshd, sudoPassword?: string, patience = 0): Link => {
    const pool = new Pool({ patience });
    pools.push(pool);
    const settings = { ...server.settings, user, ...(sudoPassword ? { sudoPassword } : {}) };
    return pool.to({ name: 'm1', address: '127.0.0.1', settings });
  };
  const shell = (path: string): void => void execFileSync('usermod', ['-s', path, user]);
  const allow = (rule: string): void => {
    writeFileSync(rules, `Defaults:${user} pam_service=kha-test-shell, lecture=always\n${rule}\n`, { mode: 0o440 });
  };
  const without = `${user} ALL=(ALL) NOPASSWD: ALL`;
  const withPassword = `${user} ALL=(ALL) ALL`;
  /** Counts failures as pam_faillock does on Red Hat's systems, where three of them lock an account. */
  const pam = (): void =>
    writeFileSync(
      service,
      [
        `auth required pam_faillock.so preauth silent deny=100 dir=${failed}`,
        'auth sufficient pam_unix.so nodelay',
        `auth [default=die] pam_faillock.so authfail deny=100 dir=${failed}`,
        'account required pam_unix.so',
        '',
      ].join('\n'),
    );
  const failures = (): number =>
    execFileSync('faillock', ['--dir', failed, '--user', user], { encoding: 'utf8' }).match(/ V$/gm)?.length ?? 0;

  beforeAll(async () => {
    spawnSync('userdel', ['-r', user], { stdio: 'ignore' });
    execFileSync('useradd', ['-m', '-s', '/bin/sh', user]);
    execFileSync('chpasswd', { input: `${user}:${password}\n` });
    failed = mkdtempSync(join(tmpdir(), 'kha-faillock-'));
    process.env['KHA_TEST_SUDO'] = password;
    process.env['KHA_TEST_SUDO_WRONG'] = 'not-the-password';
    pam();
    allow(without);
    sshd = await startSshd();
  });
  afterAll(() => {
    for (const pool of pools) pool.close();
    sshd.stop();
    for (const path of [rules, service]) rmSync(path, { force: true });
    rmSync(failed, { recursive: true });
    spawnSync('userdel', ['-r', user], { stdio: 'ignore' });
  });

  const command = `printf '%s|' "it's" 'a \\ b' '!x' '$HOME'; cat; echo err >&2; exit 7`;
  const answered = { code: 7, stdout: "it's|a \\ b|!x|$HOME|in", stderr: 'err\n' };
  const shells = ['sh', 'bash', 'zsh', 'tcsh', 'bsd-csh', 'fish'].map((name) =>
    ['/bin', '/usr/bin'].map((folder) => `${folder}/${name}`).find((path) => existsSync(path)),
  );

  it.each(shells.filter((path) => path !== undefined))('%s carries commands out', async (path) => {
    shell(path);
    expect(await link().run(command, { stdin: 'in' })).toEqual(answered);
  });

  it('that prints and traces says nothing of a command’s answer', async () => {
    shell('/bin/bash');
    const noise = 'echo Welcome; echo "a warning" >&2; set -x\n';
    const path = `/home/${user}/.bashrc`;
    const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    writeFileSync(path, noise);
    allow(withPassword);
    try {
      expect(await link(sshd, 'env:KHA_TEST_SUDO').run(command, { stdin: 'in' })).toEqual(answered);
    } finally {
      writeFileSync(path, before);
      allow(without);
    }
  });

  it('that lets nobody in is told for what it is', async () => {
    shell('/usr/sbin/nologin');
    try {
      await expect(link().run('true')).rejects.toMatchObject({ type: 'LoginRefused', reason: /no shell/ });
    } finally {
      shell('/bin/sh');
    }
  });

  it('that ends before it carried anything out has not answered', async () => {
    shell('/bin/false');
    try {
      await expect(link().run('true')).rejects.toMatchObject({ type: 'NotAnswered', how: 'not begun' });
    } finally {
      shell('/bin/sh');
    }
  });

  it.skipIf(!german)('is refused in German and understood', async () => {
    const abroad = await startSshd(['SetEnv LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 LANGUAGE=de']);
    allow(withPassword);
    try {
      await expect(link(abroad).run('test -f /etc/passwd')).rejects.toMatchObject({
        type: 'SudoRefused',
        reason: 'sudo: a password is required',
      });
    } finally {
      allow(without);
      abroad.stop();
    }
  });

  it('whose sudo wants a terminal is told so', async () => {
    allow(`Defaults:${user} requiretty\n${without}`);
    try {
      await expect(link().run('test -f /etc/passwd')).rejects.toMatchObject({
        type: 'SudoRefused',
        reason: expect.stringContaining('you must have a tty') as string,
      });
    } finally {
      allow(without);
    }
  });

  it('whose account has expired is told so, and once', async () => {
    execFileSync('chage', ['-E', '1', user]);
    try {
      await expect(link(sshd, undefined, 5_000).run('true')).rejects.toMatchObject({
        type: expect.stringMatching(/SudoRefused|LoginRefused/) as string,
      });
    } finally {
      execFileSync('chage', ['-E', '-1', user]);
    }
  });

  it.each(['', 'what a command reads\nin lines\nand more\n'])(
    'whose sudo password is wrong tries it in one command of many, and gives sudo nothing else (input %j)',
    async (stdin) => {
      allow(withPassword);
      execFileSync('faillock', ['--dir', failed, '--user', user, '--reset']);
      const one = link(sshd, 'env:KHA_TEST_SUDO_WRONG');
      const tried = await Promise.all(
        Array.from({ length: 5 }, () =>
          one.run('cat', stdin === '' ? {} : { stdin }).then(
            () => 'it went through',
            ({ type }: { type: string }) => type,
          ),
        ),
      );
      allow(without);
      expect(tried).toEqual(Array.from({ length: 5 }, () => 'SudoRefused'));
      // The second is PAM's own: sudo asks again and is given nothing (pam_unix: authentication token error).
      expect(failures()).toBeLessThanOrEqual(2);
    },
  );

  it('whose PAM is broken for a while is waited for', async () => {
    writeFileSync(service, 'auth required pam_not_there.so\naccount required pam_not_there.so\n');
    const work = link(sshd, undefined, 10_000).run('echo through');
    setTimeout(pam, 2_500);
    expect(await work).toMatchObject({ code: 0, stdout: 'through\n' });
  });

  it('whose PAM stays broken has not answered: no file is absent because of it', async () => {
    writeFileSync(service, 'auth required pam_not_there.so\naccount required pam_not_there.so\n');
    try {
      await expect(link().run('test -f /etc/passwd')).rejects.toMatchObject({ type: 'NotAnswered', how: 'not begun' });
    } finally {
      pam();
    }
  });
});
