import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { Client, type ConnectConfig } from 'ssh2';
import { jumpHosts, type LoginSettings, type SshSettings } from '../../cluster/cluster.js';
import { inUrl } from '../../cluster/ip.js';
import { HostFailure } from '../failure.js';
import { expandHome, readSecret } from '../secrets.js';
import { hostKeyCheck } from './host-key.js';

/** Where a connection goes, and as whom. */
export interface Target {
  /** Name for people. */
  readonly name: string;
  readonly address: string;
  readonly settings: SshSettings;
}

/** Milliseconds that one login, or one hop of it, may take. */
export const loginLimit = 15_000;
/**
 * By when the TCP connection of a login must be there: a host that is off lets one wait for it, where one that is slow lets
 * one wait behind it. A name server that does not answer costs five seconds (resolv.conf(5)); then the kernel asks at once,
 * and after one and three seconds more (tcp(7), tcp_syn_retries). Milliseconds.
 */
const reachLimit = 9_000;

/** What OpenSSH 9 still offers of ssh2's list, less SHA-1 and CBC. */
export const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
};

/**
 * Logs in, through the jump hosts where the settings name some; every hop's host key is checked under its own name.
 * Throws HostKeyUnknown, HostKeyChanged, LoginRefused, SecretMissing, and Unreachable for whatever may pass.
 */
export async function connect(target: Target, signal?: AbortSignal): Promise<Client> {
  const hops = hopsTo(target);
  const { socket, end } = await way(hops, target, signal);
  try {
    const client = await login(target, socket, signal);
    client.on('close', end);
    return client;
  } catch (error) {
    end();
    throw error;
  }
}

/** The jump hosts before a target, by names for people. */
export function hopsTo({ name, settings }: Target): Target[] {
  const hops = jumpHosts(settings);
  return hops.map((hop, index) => ({
    ...hop,
    name: hops.length === 1 ? `${name}’s jump host` : `${name}’s jump host ${index + 1} of ${hops.length}`,
  }));
}

/** Goes through the hops, each by a connection within the one before; gives the socket to the target behind the last. */
export async function way(
  hops: readonly Target[],
  target: Target,
  signal?: AbortSignal,
): Promise<{ socket: Duplex | undefined; end: () => void }> {
  const clients: Client[] = [];
  const end = (): void => {
    for (const client of [...clients].reverse()) client.end();
  };
  try {
    let socket: Duplex | undefined;
    for (const [index, hop] of hops.entries()) {
      const client = await login(hop, socket, signal);
      clients.push(client);
      socket = await through(client, hops[index + 1] ?? target, signal);
    }
    return { socket, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** The bastion itself waits minutes for a host that is switched off (Linux, tcp_syn_retries). */
function through(bastion: Client, { name, address, settings }: Target, signal?: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const within = AbortSignal.timeout(loginLimit);
    const failed = (why: string): void =>
      reject(unreachable(name, `the jump host cannot reach ${inUrl(address)}:${settings.port}: ${why}`));
    const late = (): void => failed(`no answer within ${loginLimit / 1_000} s`);
    const aborted = (): void => reject(signal?.reason as Error);
    within.addEventListener('abort', late, { once: true });
    signal?.addEventListener('abort', aborted, { once: true });
    bastion.once('close', () => failed('it closed the connection'));
    bastion.forwardOut('127.0.0.1', 0, address, settings.port, (error, channel) => {
      within.removeEventListener('abort', late);
      signal?.removeEventListener('abort', aborted);
      if (error) failed(error.message);
      else resolve(channel);
    });
  });
}

async function login(target: Target, sock: Duplex | undefined, signal?: AbortSignal): Promise<Client> {
  const { name, address, settings } = target;
  const check = await hostKeyCheck(name, address, settings.port, settings.knownHosts);
  const config: ConnectConfig = {
    host: address,
    port: settings.port,
    username: settings.user,
    ...(await credentials(settings)),
    ...(sock ? { sock } : {}),
    hostVerifier: (key: Buffer) => check.accept(key),
    algorithms: { ...algorithms, serverHostKey: check.algorithms } as ConnectConfig['algorithms'],
    keepaliveInterval: 5_000,
    keepaliveCountMax: 3,
    readyTimeout: loginLimit,
  };
  signal?.throwIfAborted();
  const client = new Client();
  // One for every channel that is open, and those that wait.
  client.setMaxListeners(0);
  return new Promise<Client>((resolve, reject) => {
    const stop = (): void => void client.destroy();
    signal?.addEventListener('abort', stop, { once: true });
    let ready = false;
    client.once('ready', () => {
      ready = true;
      // Commands are small and each waits for its answer: none may wait for a fuller packet.
      client.setNoDelay(true);
      signal?.removeEventListener('abort', stop);
      resolve(client);
    });
    // Stays for the connection's life: an error nobody listens to would end the worker.
    client.on('error', (error) => {
      if (!ready) reject(check.refusal() ?? loginFailure(target, error));
    });
    client.on('close', () =>
      reject(
        check.refusal() ?? unreachable(name, `${inUrl(address)}:${settings.port} closed the connection during login`),
      ),
    );
    try {
      client.connect(config);
    } catch (error) {
      return reject(loginFailure(target, error));
    }
    if (sock) return;
    const late = setTimeout(() => {
      reject(unreachable(name, `${inUrl(address)}:${settings.port} does not answer within ${reachLimit / 1_000} s`));
      stop();
    }, reachLimit);
    client.once('connect', () => clearTimeout(late));
    client.once('close', () => clearTimeout(late));
  });
}

async function credentials({ key, passphrase, agent }: LoginSettings): Promise<ConnectConfig> {
  const socket = process.env['SSH_AUTH_SOCK'];
  return {
    ...(key ? { privateKey: await readKey(key) } : {}),
    ...(passphrase ? { passphrase: await readSecret(passphrase) } : {}),
    ...((agent || !key) && socket ? { agent: socket } : {}),
  };
}

async function readKey(path: string): Promise<Buffer> {
  try {
    return await readFile(expandHome(path));
  } catch (error) {
    throw new HostFailure('SecretMissing', {
      host: 'worker',
      reason: `the SSH key ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      next: 'put the key where the worker runs, readable for its user, then answer retry',
    });
  }
}

function loginFailure({ name, address, settings }: Target, error: unknown): HostFailure {
  const message = error instanceof Error ? error.message : String(error);
  const refused = error instanceof Error && 'level' in error && error.level === 'client-authentication';
  if (refused || /privateKey|passphrase|private key/i.test(message)) {
    return new HostFailure('LoginRefused', {
      host: name,
      reason: `login as ${settings.user} at ${inUrl(address)}:${settings.port} was refused: ${message}`,
      next: `try it by hand: ssh -p ${settings.port}${settings.key ? ` -i ${settings.key}` : ''} ${settings.user}@${address} true`,
    });
  }
  if (/too many authentication failures/i.test(message)) {
    return new HostFailure('LoginRefused', {
      host: name,
      reason: `${inUrl(address)}:${settings.port} was offered more keys than it tries: ${message}`,
      next: 'name the one key as ssh.key and set ssh.agent to false, or take the others out of the agent (ssh-add -d), then answer retry',
    });
  }
  if (/no matching|handshake failed/i.test(message)) {
    return new HostFailure('LoginRefused', {
      host: name,
      reason: `${inUrl(address)}:${settings.port} offers no algorithm that is still safe: ${message}`,
      next: 'bring the host’s sshd up to date; SHA-1 signatures and CBC ciphers are not spoken',
    });
  }
  return unreachable(name, `${inUrl(address)}:${settings.port} does not answer: ${message}`);
}

/** The host cannot be reached, or could not any longer. */
export const unreachable = (host: string, reason: string): HostFailure =>
  new HostFailure('Unreachable', unreached(host, reason));

/** The connection broke under a command: whether it was carried out, nobody knows. */
export class BrokenOff extends HostFailure {
  constructor(host: string, reason: string) {
    super('Unreachable', unreached(host, reason));
  }
}

const unreached = (host: string, reason: string) => ({
  host,
  reason,
  next: 'see that the host is on and its sshd runs; the step goes on by itself once it answers',
});
