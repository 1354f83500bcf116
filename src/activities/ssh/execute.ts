import { randomBytes } from 'node:crypto';
import type { Client } from 'ssh2';
import type { Output } from '../../facts/fact.js';
import { readSecret } from '../secrets.js';
import { unreachable, type Target } from './connect.js';
import { judge, pastLimit } from './judge.js';
import { Broken, talk, type Said, type Speech } from './talk.js';
import { wrap, type Letter } from './wire.js';

export interface ExecuteOptions {
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds for which an unreachable host is tried again; as long as the pool has it unless told. */
  readonly patience?: number | undefined;
  /** Milliseconds after which the command is ended; a fact's unless told. */
  readonly limit?: number | undefined;
}

/** Milliseconds by which a command must have ended: `timeout` on the host sees to it, and this side a little later. */
export const limits = {
  /** A fact is a matter of milliseconds; a minute is a disk, D-Bus or an API that hangs. */
  fact: 60_000,
  /** `systemctl stop` waits for TimeoutStopSec, 90 s by default (systemd-system.conf(5)). */
  unit: 120_000,
  /** Half a gigabyte of binaries at 600 KB/s, the longest that is no transient unit; as long as an `edit` attempt has. */
  change: 900_000,
} as const;

/** By when the host's own end of a command should have been heard of; milliseconds. */
const answering = 10_000;

/**
 * Runs one command as root on an open connection. `freed` is called once the channel is free; see Speech. Throws
 * ChannelRefused, Unreachable when the connection breaks, and what `judge` throws.
 */
export async function execute(
  client: Client,
  target: Target,
  command: string,
  { stdin, signal, limit = limits.fact }: ExecuteOptions,
  freed: Speech['freed'],
): Promise<Output> {
  const mark = randomBytes(12).toString('hex');
  const seconds = Math.ceil(limit / 1_000);
  const { letter, first, then } = await preface(target, { command, mark, seconds }, stdin).catch((error: unknown) => {
    freed('free');
    throw error;
  });
  const begun = Date.now();
  const said = await talk(client, {
    line: wrap(letter),
    first,
    ...(then && { then }),
    signal,
    limit: limit + answering,
    late: () => pastLimit(target.name, seconds),
    freed,
  }).catch((error: unknown): Said => {
    if (error instanceof Broken) throw unreachable(target.name, `the connection broke: ${error.message}`);
    throw error;
  });
  return judge(target, letter, said, Date.now() - begun);
}

/** How to become root, and what goes to standard input because of it. */
async function preface(
  { settings }: Target,
  plain: Omit<Letter, 'sudo' | 'skips'>,
  stdin: string | undefined,
): Promise<Pick<Speech, 'first' | 'then'> & { letter: Letter }> {
  if (settings.user === 'root') return { letter: { ...plain, sudo: '', skips: false }, first: stdin ?? '' };
  // Its words are judged, so they are asked for in the one language that is known.
  const sudo = 'env LC_ALL=C sudo ';
  if (!settings.sudoPassword) return { letter: { ...plain, sudo: `${sudo}-n -- `, skips: false }, first: stdin ?? '' };
  const { mark } = plain;
  // %% is printed as one %: a login shell that shows what it runs does not show the prompt itself.
  const letter = { ...plain, sudo: `${sudo}-k -S -p 'kha%%${mark}' -- `, skips: true };
  const first = `${await readSecret(settings.sudoPassword)}\n`;
  if (stdin === undefined) return { letter, first };
  // sudo asks three times and would take the input for passwords: it is sent once the root shell has begun.
  const now = (stdout: string, stderr: string): 'send' | 'end' | 'wait' =>
    stdout.includes(`<${mark}>`) ? 'send' : stderr.split(`kha%${mark}`).length > 2 ? 'end' : 'wait';
  return { letter, first, then: { text: `${mark}\n${stdin}`, now } };
}
