import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine, SshSettings } from '../../../src/cluster/cluster.js';
import { freePort } from '../../activities/ssh/sshd.js';
import { tied } from '../tied.js';

/** Hosts that are each an sshd of its own on an address of its own of the loopback, and a folder in which they are changed. */
export interface Fleet {
  readonly hosts: readonly Machine[];
  readonly settings: SshSettings;
  /** What a host is changed in: `HOST/…` below it. */
  readonly folder: string;
  /** Makes the hosts bare again. */
  bare(): void;
  stop(): void;
}

/** `options`: lines of sshd_config for all of them. */
export async function startFleet(size: number, options: readonly string[] = []): Promise<Fleet> {
  const folder = mkdtempSync('/var/tmp/kha-fleet-');
  const file = (name: string): string => join(folder, name);
  for (const name of ['id', 'host-key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  writeFileSync(file('authorized_keys'), readFileSync(file('id.pub')));
  const port = await freePort();
  writeFileSync(
    file('sshd_config'),
    [
      `Port ${port}`,
      `HostKey ${file('host-key')}`,
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PidFile none',
      // What root of this machine has its shell do first is no part of what is measured.
      `SetEnv HOME=${file('home')}`,
      ...options,
      '',
    ].join('\n'),
  );
  mkdirSync(file('home'));
  mkdirSync('/run/sshd', { recursive: true });
  const hosts = Array.from({ length: size }, (_, index) => machine(index));
  const [type, key] = readFileSync(file('host-key.pub'), 'utf8').split(' ');
  writeFileSync(file('known_hosts'), hosts.map(({ address }) => `[${address}]:${port} ${type} ${key}\n`).join(''));
  const servers = hosts.map(({ address }) => serve(file('sshd_config'), address));
  const stop = (): void => {
    for (const server of servers) server.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  const fleet: Fleet = {
    hosts,
    settings: { user: 'root', port, agent: false, key: file('id'), knownHosts: file('known_hosts') },
    folder: file('hosts'),
    bare() {
      rmSync(file('hosts'), { recursive: true, force: true });
      for (const { name } of hosts) mkdirSync(join(file('hosts'), name), { recursive: true });
    },
    stop,
  };
  try {
    for (const { address } of hosts) await listening(address, port);
  } catch (error) {
    stop();
    throw error;
  }
  fleet.bare();
  return fleet;
}

const machine = (index: number): Machine => ({
  name: `h${index + 1}`,
  address: `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
  roles: ['worker'],
});

const serve = (config: string, address: string): ChildProcess =>
  tied('/usr/sbin/sshd', ['-D', '-f', config, '-o', `ListenAddress=${address}`], ['ignore', 'ignore', 'inherit']);

async function listening(address: string, port: number): Promise<void> {
  const answers = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, address);
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
  const deadline = Date.now() + 30_000;
  while (!(await answers())) {
    if (Date.now() > deadline) throw new Error(`the sshd of ${address}:${port} does not listen`);
    await sleep(20);
  }
}
