import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SshSettings } from '../../../src/cluster/cluster.js';
import { HostFailure } from '../../../src/activities/failure.js';
import type { Link } from '../../../src/activities/ssh/link.js';
import { Pool } from '../../../src/activities/ssh/pool.js';
import { noSshd, startSshd, type Sshd } from './sshd.js';

const failure = async (work: Promise<unknown>): Promise<HostFailure> => {
  const error: unknown = await work.then(
    () => new Error('it went through'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof HostFailure)) throw error;
  return error;
};

describe.skipIf(noSshd !== '')(`a real sshd${noSshd && ` (${noSshd})`}`, () => {
  let sshd: Sshd;
  let pool: Pool;
  const link = (more: Partial<SshSettings> = {}): Link =>
    pool.to({ name: 'm1', address: '127.0.0.1', settings: { ...sshd.settings, ...more } });

  beforeAll(async () => {
    sshd = await startSshd();
    pool = new Pool({ patience: 3_000 });
  });
  afterAll(() => {
    pool.close();
    sshd.stop();
  });

  it('runs a command and gives its streams and exit code', async () => {
    expect(await link().run('echo out; echo err >&2; exit 7')).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('sends standard input, five megabytes as well', async () => {
    const { stdout } = await link().run('sha256sum', { stdin: 'x'.repeat(5_000_000) });
    expect(stdout).toContain(
      execFileSync('sha256sum', { input: 'x'.repeat(5_000_000), encoding: 'utf8' }).slice(0, 64),
    );
  });

  it('hears more on both streams of one shell than may be under way on a channel', async () => {
    const stdin = 'a record of 5,000 workers\n'.repeat(50_000);
    for (let time = 0; time < 5; time += 1)
      expect(await link().run('tee /dev/stderr', { stdin })).toEqual({ code: 0, stdout: stdin, stderr: stdin });
  });

  it('runs 40 commands at once over one connection, eight channels wide', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => link().run(`sleep 0.05; echo ${n}`)));
    expect(answers.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(sshd.sessions()).toHaveLength(1);
  });

  it('stops a command when it is aborted', async () => {
    const controller = new AbortController();
    const work = link().run('sleep 60', { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 200);
    await expect(work).rejects.toThrow('enough');
  });

  it('takes the words of a command that was killed for no answer', async () => {
    await expect(link().run('echo half; kill -9 $$')).rejects.toMatchObject({ type: 'NotAnswered', how: 'cut off' });
  });

  it('tells of a connection that breaks in mid-command, and makes a new one for the next', async () => {
    const work = failure(link().run('sleep 60'));
    await sleep(300);
    for (const pid of sshd.sessions()) process.kill(pid, 'SIGKILL');
    expect(await work).toMatchObject({ type: 'Unreachable', host: 'm1' });
    expect((await link().run('echo again')).stdout).toBe('again\n');
  });

  it('refuses an unknown host key, with its fingerprint and how to accept it', async () => {
    const knownHosts = join(sshd.folder, 'none');
    const told = await failure(link({ knownHosts }).run('true'));
    expect(told.type).toBe('HostKeyUnknown');
    expect(told.reason).toMatch(/SHA256:[\w+/]{43}/);
    expect(told.next).toContain(`ssh-keyscan -p ${sshd.port} 127.0.0.1 >> ${knownHosts}`);
  });

  it('stops at a changed host key, naming file and line', async () => {
    const knownHosts = join(sshd.folder, 'changed');
    writeFileSync(knownHosts, `# comment\n[127.0.0.1]:${sshd.port} ${readFileSync(`${sshd.key}.pub`, 'utf8')}`);
    const told = await failure(link({ knownHosts }).run('true'));
    expect(told).toMatchObject({ type: 'HostKeyChanged' });
    expect(told.reason).toContain(`line 2 of ${knownHosts}`);
  });

  it('logs in with an encrypted key', async () => {
    const key = join(sshd.folder, 'encrypted');
    execFileSync('cp', [sshd.key, key]);
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'a pass phrase', '-P', '', '-f', key]);
    process.env['KHA_TEST_PASSPHRASE'] = 'a pass phrase';
    expect((await link({ key, passphrase: 'env:KHA_TEST_PASSPHRASE' }).run('echo in')).stdout).toBe('in\n');
    process.env['KHA_TEST_PASSPHRASE_WRONG'] = 'another';
    expect(await failure(link({ key, passphrase: 'env:KHA_TEST_PASSPHRASE_WRONG' }).run('true'))).toMatchObject({
      type: 'LoginRefused',
    });
    expect(await failure(link({ key, passphrase: 'env:KHA_TEST_NOT_SET' }).run('true'))).toMatchObject({
      type: 'SecretMissing',
    });
  });

  it('logs in with an agent', async () => {
    const said = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' });
    const [, socket = ''] = /SSH_AUTH_SOCK=([^;]+)/.exec(said) ?? [];
    const [, pid = ''] = /SSH_AGENT_PID=(\d+)/.exec(said) ?? [];
    try {
      execFileSync('ssh-add', ['-q', sshd.key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
      process.env['SSH_AUTH_SOCK'] = socket;
      const { key: _key, ...without } = sshd.settings;
      const byAgent = pool.to({ name: 'm1', address: '127.0.0.1', settings: { ...without, agent: true } });
      expect((await byAgent.run('echo in')).stdout).toBe('in\n');
    } finally {
      delete process.env['SSH_AUTH_SOCK'];
      process.kill(Number(pid), 'SIGTERM');
    }
  });

  it('refuses a login that the host refuses, at once', async () => {
    const key = join(sshd.folder, 'stranger');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const begun = Date.now();
    const told = await failure(link({ key }).run('true'));
    expect(told.type).toBe('LoginRefused');
    expect(told.next).toContain(`ssh -p ${sshd.port} -i ${key} root@127.0.0.1 true`);
    expect(Date.now() - begun).toBeLessThan(2_500);
  });

  it('waits for a host that does not answer, and then names it', async () => {
    const told = await failure(
      pool.to({ name: 'm9', address: '127.0.0.1', settings: { ...sshd.settings, port: 1 } }).run('true'),
    );
    expect(told).toMatchObject({ type: 'Unreachable', host: 'm9' });
    expect(told.reason).toContain('ECONNREFUSED');
  });

  it('goes through a chain of jump hosts in its order, and names the hop that fails', async () => {
    const [outer, inner] = [await startSshd(), await startSshd()];
    try {
      const hop = ({ port, key, knownHosts }: Sshd) => ({ address: '127.0.0.1', port, key, knownHosts });
      expect((await link({ jump: [hop(outer), hop(inner)] }).run('echo in')).stdout).toBe('in\n');
      expect([outer.logins(), inner.logins()]).toEqual([1, 1]);
      const stranger = { ...hop(inner), knownHosts: outer.knownHosts };
      const told = await failure(link({ jump: [hop(outer), stranger] }).run('true'));
      expect(told).toMatchObject({ type: 'HostKeyUnknown', host: 'm1’s jump host 2 of 2' });
      const gone = await failure(link({ jump: [hop(outer), { ...hop(inner), port: 1 }] }).run('true', { patience: 0 }));
      expect(gone).toMatchObject({ type: 'Unreachable', host: 'm1’s jump host 2 of 2' });
    } finally {
      outer.stop();
      inner.stop();
    }
  });

  it('says of a certificate authority in known_hosts that it cannot check certificates', async () => {
    const knownHosts = join(sshd.folder, 'authority');
    writeFileSync(knownHosts, `# ours\n@cert-authority [127.0.0.1]:* ${readFileSync(`${sshd.key}.pub`, 'utf8')}`);
    const told = await failure(link({ knownHosts }).run('true'));
    expect(told.type).toBe('HostKeyUnknown');
    expect(told.reason).toMatch(/@cert-authority in line 2 vouches by certificates, which kha cannot check/);
  });

  it('goes through a jump host, and checks the key of each hop', async () => {
    const bastion = await startSshd();
    try {
      const jump = { address: '127.0.0.1', port: bastion.port, key: bastion.key, knownHosts: bastion.knownHosts };
      expect((await link({ jump }).run('echo in')).stdout).toBe('in\n');
      const told = await failure(link({ jump: { ...jump, knownHosts: sshd.knownHosts } }).run('true'));
      expect(told.type).toBe('HostKeyUnknown');
      expect(told.host).toContain('jump host');
    } finally {
      bastion.stop();
    }
  });
});

describe.skipIf(noSshd !== '')(`an sshd of yesterday${noSshd && ` (${noSshd})`}`, () => {
  it.each([
    ['signatures with SHA-1', ['HostKeyAlgorithms ssh-rsa', 'HostKey RSA'], /HostKey|algorithm/],
    ['CBC ciphers', ['Ciphers aes128-cbc,aes256-cbc'], /algorithm/],
    ['MACs with SHA-1', ['Ciphers aes128-ctr', 'MACs hmac-sha1'], /algorithm/],
  ])('is refused when it has only %s', async (_what, options, reason) => {
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', join(folder, 'rsa')]);
    const sshd = await startSshd(options.map((line) => line.replace('HostKey RSA', `HostKey ${join(folder, 'rsa')}`)));
    const pool = new Pool({ patience: 0 });
    try {
      const told = await failure(pool.to({ name: 'old', address: '127.0.0.1', settings: sshd.settings }).run('true'));
      expect(told.type).toBe('LoginRefused');
      expect(told.reason).toMatch(reason);
    } finally {
      pool.close();
      sshd.stop();
      execFileSync('rm', ['-r', folder]);
    }
  });
});
