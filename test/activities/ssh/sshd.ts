import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SshSettings } from '../../../src/cluster/cluster.js';

/** Why a real sshd cannot be run here; empty when it can. */
export const noSshd =
  process.getuid?.() !== 0 ? 'needs root' : existsSync('/usr/sbin/sshd') ? '' : 'needs /usr/sbin/sshd';

/** A real sshd on a loopback port, with keys of its own. */
export interface Sshd {
  readonly port: number;
  readonly folder: string;
  readonly knownHosts: string;
  readonly key: string;
  readonly settings: SshSettings;
  /** Ends the server and every session of it. */
  stop(): void;
  /** Process ids of the sessions' own servers. */
  sessions(): number[];
  /** What it has logged. */
  log(): string;
  /** How many logins it has accepted. */
  logins(): number;
}

export async function startSshd(options: readonly string[] = []): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'kha-sshd-'));
  const port = await freePort();
  const key = join(folder, 'id');
  const hostKey = join(folder, 'host');
  for (const file of [key, hostKey]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  const authorized = join(folder, 'authorized_keys');
  writeFileSync(authorized, readFileSync(`${key}.pub`));
  // The users of the sudo tests log in too, and sshd reads this file as them.
  chmodSync(folder, 0o755);
  chmodSync(authorized, 0o644);
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorized}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    `PidFile ${join(folder, 'pid')}`,
    'MaxStartups 100',
    ...options,
  ];
  writeFileSync(join(folder, 'sshd_config'), `${lines.join('\n')}\n`);
  mkdirSync('/run/sshd', { recursive: true });
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await listening(port, () => said, server);
  const knownHosts = join(folder, 'known_hosts');
  const [type, text] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${type} ${text}\n`);
  const sessions = (): number[] => children(server.pid!);
  return {
    port,
    folder,
    knownHosts,
    key,
    settings: { user: 'root', port, agent: false, knownHosts, key },
    sessions,
    log: () => said,
    logins: () => said.match(/^Accepted /gm)?.length ?? 0,
    stop() {
      for (const pid of sessions()) endSession(pid);
      server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A session may end by itself between being listed and being killed. */
function endSession(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error;
  }
}

const children = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function listening(port: number, said: () => string, server: ChildProcess): Promise<void> {
  const answers = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
  for (let tries = 0; tries < 100; tries += 1) {
    if (server.exitCode !== null) break;
    if (await answers()) return;
    await sleep(50);
  }
  throw new Error(`sshd did not start: ${said()}`);
}
