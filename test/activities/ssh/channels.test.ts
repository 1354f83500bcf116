import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { SshSettings } from '../../../src/cluster/cluster.js';
import type { Link } from '../../../src/activities/ssh/link.js';
import { Pool } from '../../../src/activities/ssh/pool.js';
import { freePort, noSshd, startSshd, type Sshd } from './sshd.js';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

async function ground(options: readonly string[] = [], patience = 0): Promise<{ sshd: Sshd; link: Link }> {
  const sshd = await startSshd(options);
  const pool = new Pool({ patience });
  stops.push(
    () => pool.close(),
    () => sshd.stop(),
  );
  return { sshd, link: pool.to({ name: 'm1', address: '127.0.0.1', settings: sshd.settings }) };
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => value,
    (reason: unknown) => reason,
  );
const seconds = async (work: Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await failure(work);
  return (performance.now() - begun) / 1000;
};
/** Hangs as on a dead disk: stopped like the `timeout` above it, it heeds no signal that it may catch. */
const hang = (pids: string): string => `echo $PPID $$ >${pids}.new; mv ${pids}.new ${pids}; kill -STOP $PPID $$`;

describe.skipIf(noSshd !== '')(`channels${noSshd && ` (${noSshd})`}`, () => {
  it.each([1, 2])(
    'queue where sshd allows %i a connection, and close nothing under each other',
    async (allowed) => {
      const { sshd, link } = await ground([`MaxSessions ${allowed}`]);
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, n) => link.run(`sleep 0.0${n % 10}; echo ${n}`)),
      );
      expect(answers.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 12 }, (_, n) => n));
      if (allowed > 1) expect(sshd.logins()).toBe(1);
    },
    60_000,
  );

  it('say so where sshd allows none', async () => {
    const { link } = await ground(['MaxSessions 0']);
    await expect(link.run('true')).rejects.toMatchObject({ type: 'LoginRefused' });
  });

  it('are free again once a command is past its limit', async () => {
    const { link } = await ground(['MaxSessions 1']);
    const begun = Date.now();
    await expect(link.run('sleep 61.25', { limit: 1_000 })).rejects.toMatchObject({
      type: 'NotAnswered',
      how: 'past limit',
      reason: 'a command did not end within 1 s and was stopped',
    });
    expect(Date.now() - begun).toBeLessThan(8_000);
    expect((await link.run('echo next')).stdout).toBe('next\n');
    // pgrep's 1 says that it looked and found none.
    expect(await link.run('pgrep -f [s]leep.61.25')).toMatchObject({ code: 1, stdout: '' });
  });

  it('are given up with their connection where sshd cannot end the command, and neighbours go on', async () => {
    const { sshd, link } = await ground(['MaxSessions 2']);
    await link.run('true');
    const [old] = sshd.sessions();
    const pids = join(sshd.folder, 'hangs');
    const neighbour = link.run('sleep 15; echo neighbour');
    const controller = new AbortController();
    const hung = failure(link.run(hang(pids), { signal: controller.signal }));
    while (!existsSync(pids)) await sleep(50);
    const stopped = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
    stops.push(() => stopped.forEach((pid) => process.kill(pid, 'SIGKILL')));
    await sleep(500);
    controller.abort(new Error('enough'));
    expect(await hung).toMatchObject({ message: 'enough' });
    expect((await link.run('echo next')).stdout).toBe('next\n');
    expect(sshd.sessions().some((pid) => pid !== old)).toBe(true);
    expect((await neighbour).stdout).toBe('neighbour\n');
  }, 60_000);

  it('are given up past the limit where the host itself does not end the command', async () => {
    const { sshd, link } = await ground();
    const pids = join(sshd.folder, 'hangs');
    const hung = failure(link.run(hang(pids), { limit: 1_000 }));
    while (!existsSync(pids)) await sleep(50);
    const stopped = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
    stops.push(() => stopped.forEach((pid) => process.kill(pid, 'SIGKILL')));
    expect(await hung).toMatchObject({ type: 'NotAnswered', how: 'past limit' });
    expect((await link.run('echo next')).stdout).toBe('next\n');
  }, 30_000);

  it('are waited for only as long as the caller wants', async () => {
    const { link } = await ground(['MaxSessions 1']);
    const first = link.run('sleep 3; echo first');
    await sleep(300);
    const signal = AbortSignal.timeout(200);
    expect(await seconds(link.run('echo second', { signal }))).toBeLessThan(2);
    expect((await first).stdout).toBe('first\n');
  });

  it('are let go of by a command whose daemon keeps its output', async () => {
    const { link } = await ground();
    expect(await seconds(link.run('sleep 20 & echo started'))).toBeLessThan(10);
    expect((await link.run('sleep 20 & echo started')).stdout).toBe('started\n');
  });

  it('break off a host that never stops talking', async () => {
    const { link } = await ground();
    await expect(link.run('head -c 20000000 /dev/zero')).rejects.toMatchObject({ type: 'CommandFailed' });
  });
});

/** A way to sshd by another port, to be opened and closed. */
async function gate(sshd: Sshd): Promise<{ settings: SshSettings; open: () => Promise<void> }> {
  const port = await freePort();
  const knownHosts = join(sshd.folder, 'gate');
  writeFileSync(knownHosts, readFileSync(sshd.knownHosts, 'utf8').replace(`:${sshd.port} `, `:${port} `));
  return {
    settings: { ...sshd.settings, port, knownHosts },
    open: () =>
      new Promise((resolve) => {
        const server: Server = createServer((socket) => {
          const inner = connect(sshd.port, '127.0.0.1');
          socket.pipe(inner).pipe(socket);
          for (const end of [socket, inner]) end.on('error', () => (socket.destroy(), inner.destroy()));
        }).listen(port, '127.0.0.1', resolve);
        stops.push(() => server.close());
      }),
  };
}

describe.skipIf(noSshd !== '')(`patience${noSshd && ` (${noSshd})`}`, () => {
  it('is each caller’s own: who waits three seconds ends nobody’s two minutes', async () => {
    const { sshd } = await ground();
    const { settings, open } = await gate(sshd);
    const pool = new Pool();
    stops.push(() => pool.close());
    const link = pool.to({ name: 'm1', address: '127.0.0.1', settings });
    const plan = failure(link.run('true', { patience: 500 }));
    const install = link.run('echo in');
    const late = failure(link.run('true', { patience: 500 }));
    expect(await plan).toMatchObject({ type: 'Unreachable' });
    expect(await late).toMatchObject({ type: 'Unreachable' });
    await open();
    expect((await install).stdout).toBe('in\n');
  });

  it('is not shortened by a neighbour that is cancelled, who is let go at once', async () => {
    const { sshd } = await ground();
    const { settings, open } = await gate(sshd);
    const pool = new Pool();
    stops.push(() => pool.close());
    const link = pool.to({ name: 'm1', address: '127.0.0.1', settings });
    const controller = new AbortController();
    const cancelled = failure(link.run('true', { signal: controller.signal }));
    const second = new AbortController();
    const cancelledToo = failure(link.run('true', { signal: second.signal }));
    const install = link.run('echo in');
    await sleep(300);
    controller.abort(new Error('one'));
    second.abort(new Error('two'));
    expect(await Promise.race([cancelled, sleep(500)])).toMatchObject({ message: 'one' });
    expect(await Promise.race([cancelledToo, sleep(500)])).toMatchObject({ message: 'two' });
    await open();
    expect((await install).stdout).toBe('in\n');
  });

  it('ends at once for who is cancelled behind a jump host', async () => {
    const { sshd: bastion } = await ground();
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    stops.push(() => silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const pool = new Pool();
    stops.push(() => pool.close());
    const jump = { address: '127.0.0.1', port: bastion.port, key: bastion.key, knownHosts: bastion.knownHosts };
    const link = pool.to({ name: 'm1', address: '127.0.0.1', settings: { ...bastion.settings, port, jump } });
    void failure(link.run('true'));
    expect(await seconds(link.run('true', { signal: AbortSignal.timeout(500) }))).toBeLessThan(3);
  });

  it('is not tried where an agent’s many keys are refused', async () => {
    const { sshd } = await ground(['MaxAuthTries 2', 'LogLevel VERBOSE'], 5_000);
    const said = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' });
    const [, socket = ''] = /SSH_AUTH_SOCK=([^;]+)/.exec(said) ?? [];
    const [, pid = ''] = /SSH_AGENT_PID=(\d+)/.exec(said) ?? [];
    stops.push(() => {
      delete process.env['SSH_AUTH_SOCK'];
      process.kill(Number(pid), 'SIGTERM');
    });
    for (const name of ['one', 'two', 'three', 'four']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(sshd.folder, name)]);
      execFileSync('ssh-add', ['-q', join(sshd.folder, name)], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: 'ignore',
      });
    }
    process.env['SSH_AUTH_SOCK'] = socket;
    const pool = new Pool({ patience: 5_000 });
    stops.push(() => pool.close());
    const { key: _key, ...without } = sshd.settings;
    const link = pool.to({ name: 'm1', address: '127.0.0.1', settings: { ...without, agent: true } });
    await expect(link.run('true')).rejects.toMatchObject({ type: 'LoginRefused' });
    expect(sshd.log().match(/Connection from/g)).toHaveLength(2);
  });
});
