import { randomBytes } from 'node:crypto';
import type { Client, ClientChannel } from 'ssh2';
import type { SshSettings } from '../../cluster/cluster.js';
import type { Output } from '../../facts/fact.js';
import { quote, sh } from '../../facts/sh.js';
import { HostFailure } from '../failure.js';
import { readSecret } from '../secrets.js';
import { unreachable } from './connect.js';

export interface ExecuteOptions {
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds for which an unreachable host is tried again; as long as the pool has it unless told. */
  readonly patience?: number | undefined;
}

/** More than any fact says; what is beyond is dropped. */
const kept = 8 * 1024 * 1024;
const environment = 'export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; ';

/** Runs one command as root on an open connection. Throws Unreachable when the connection breaks, SudoRefused when sudo says no. */
export async function execute(
  client: Client,
  host: string,
  settings: SshSettings,
  command: string,
  options: ExecuteOptions = {},
): Promise<Output> {
  const script = environment + command;
  if (settings.user === 'root') return channel(client, host, sh`exec sh -c ${script}`, options);
  if (!settings.sudoPassword)
    return judged(host, await channel(client, host, sh`exec sudo -n -- sh -c ${script}`, options));
  // sudo may or may not read the password line: what it left is skipped up to a mark that nobody can guess.
  const mark = randomBytes(12).toString('hex');
  const skip = `while IFS= read -r line; do if [ "$line" = ${quote(mark)} ]; then break; fi; done; `;
  const stdin = `${await readSecret(settings.sudoPassword)}\n${mark}\n${options.stdin ?? ''}`;
  return judged(
    host,
    await channel(client, host, sh`exec sudo -k -S -p '' -- sh -c ${skip + script}`, { ...options, stdin }),
  );
}

function judged(host: string, output: Output): Output {
  const refusal =
    output.code === 1
      ? /^sudo: .*(password|not allowed|required|not in the sudoers).*$|is not in the sudoers file.*$|may not run sudo.*$/m.exec(
          output.stderr,
        )?.[0]
      : undefined;
  const absent = output.code === 127 && /sudo: (command )?not found/.test(output.stderr);
  if (!refusal && !absent) return output;
  throw new HostFailure('SudoRefused', {
    host,
    reason: refusal ?? 'sudo is not installed',
    next: 'let the SSH user run everything by sudo (without a password, or name it as ssh.sudoPassword), or log in as root; then answer retry',
  });
}

function channel(client: Client, host: string, line: string, { stdin, signal }: ExecuteOptions): Promise<Output> {
  return new Promise((resolve, reject) => {
    let stop = (): void => undefined;
    const settled = (): void => {
      client.removeListener('close', closed);
      signal?.removeEventListener('abort', stop);
    };
    const broken = (reason: string): void => {
      settled();
      reject(unreachable(host, `the connection broke: ${reason}`));
    };
    const closed = (): void => broken('the host closed it');
    client.once('close', closed);
    const started = (error: Error | undefined, stream: ClientChannel): void => {
      if (error) return broken(error.message);
      const output = { stdout: [] as Buffer[], stderr: [] as Buffer[], size: 0 };
      const keep = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
        output.size += chunk.length;
        if (output.size <= kept) output[name].push(chunk);
      };
      stream.on('data', keep('stdout'));
      stream.stderr.on('data', keep('stderr'));
      let code: number | undefined;
      stream.on('exit', (exit: number | null, name?: string) => (code = exit ?? 128 + (signals[name ?? ''] ?? 0)));
      stop = () => {
        settled();
        // sshd tells the command; whether it listens or not, nobody waits for it any longer.
        stream.signal('TERM');
        stream.close();
        reject(signal?.reason as Error);
      };
      if (signal?.aborted) return stop();
      signal?.addEventListener('abort', stop, { once: true });
      stream.on('close', () => {
        if (code === undefined) return broken('the channel ended without an exit code');
        settled();
        const text = (name: 'stdout' | 'stderr'): string => Buffer.concat(output[name]).toString('utf8');
        resolve({ code, stdout: text('stdout'), stderr: text('stderr') });
      });
      stream.on('error', (reason: Error) => broken(reason.message));
      stream.end(stdin ?? '');
    };
    try {
      client.exec(line, started);
    } catch (error) {
      broken(error instanceof Error ? error.message : String(error));
    }
  });
}

const signals: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  SEGV: 11,
  PIPE: 13,
  TERM: 15,
};
