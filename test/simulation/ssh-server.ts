import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2, { type Connection } from 'ssh2';
import type { Order } from '../../src/activities/ssh/wire.js';
import type { SshSettings } from '../../src/cluster/cluster.js';
import type { Output } from '../../src/facts/fact.js';
import { answered, Orders } from './orders.js';

/** What becomes of one command: it is carried out or not, and answered late, or never, or not at all. */
export interface Fate {
  readonly carriedOut: boolean;
  readonly answered: boolean;
  readonly delay: number;
}

export type Serve = (user: string, command: string, stdin: string) => { fate: Fate; carryOut: () => Output };

export interface Simulated {
  settings(user: string): SshSettings;
  close(): Promise<void>;
}

/** One SSH server for all simulated hosts: the user's name tells which of them is meant. */
export async function serveSsh(serve: Serve): Promise<Simulated> {
  const folder = mkdtempSync(join(tmpdir(), 'kha-simulation-'));
  const [hostKey, clientKey] = [privateKey(), privateKey()];
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    let user = '';
    // There, though @types/ssh2 does not say so.
    (connection as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
    connection.on('error', () => connection.end());
    connection.on('authentication', (attempt) => {
      user = attempt.username;
      if (attempt.method === 'publickey') attempt.accept();
      else attempt.reject(['publickey']);
    });
    connection.on('session', (accept) =>
      accept().on('exec', (acceptExec) => {
        const channel = acceptExec();
        const orders = new Orders();
        const decoder = new StringDecoder('utf8');
        channel.on('data', (chunk: Buffer) => {
          for (const order of orders.take(decoder.write(chunk))) void answer(connection, user, order, channel);
        });
        channel.on('end', () => {
          channel.exit(0);
          channel.end();
        });
      }),
    );
  });
  const answer = async (
    connection: Connection,
    user: string,
    { mark, command, stdin = '' }: Order,
    channel: ssh2.ServerChannel,
  ): Promise<void> => {
    const { fate, carryOut } = serve(user, command, stdin);
    const output = fate.carriedOut ? carryOut() : undefined;
    if (fate.delay > 0) await sleep(fate.delay);
    if (!output || !fate.answered) return void connection.end();
    // Another command's fate may have ended the connection meanwhile.
    if (channel.destroyed || !channel.writable || !channel.stderr.writable) return;
    const { stdout, stderr } = answered(mark, output);
    // The one that may be large comes last: of two that wait for the other side ssh2's server goes on with one only.
    channel.stderr.write(stderr);
    channel.write(stdout);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const key = join(folder, 'id');
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(key, clientKey, { mode: 0o600 });
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${publicKey(hostKey)}\n`);
  return {
    settings: (user) => ({ user, port, agent: false, key, knownHosts }),
    close: () =>
      new Promise((resolve) => {
        rmSync(folder, { recursive: true });
        server.close(() => resolve());
      }),
  };
}

/** A PEM of Node's own: every 250th of the ed25519 keys that ssh2 makes cannot be read (mscdex/ssh2#1390). */
const privateKey = (): string =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  }).privateKey;

/** Type and key as they stand in a known_hosts file. */
function publicKey(pem: string): string {
  const parsed = ssh2.utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  return `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`;
}
