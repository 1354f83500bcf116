import { randomBytes } from 'node:crypto';
import type { Output } from '../../facts/fact.js';
import { readSecret } from '../secrets.js';
import { BrokenOff, type Target } from './connect.js';
import { judge, pastLimit } from './judge.js';
import type { Said } from './hearing.js';
import { Broken, type Shell } from './shell.js';
import { openings, order, type Opening } from './wire.js';

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

/** Runs one command as root. Throws ChannelRefused, BrokenOff when the connection breaks, and what `judge` throws. */
export async function execute(
  shell: Shell,
  target: Target,
  command: string,
  { stdin, signal, limit = limits.fact }: ExecuteOptions,
): Promise<Output> {
  const mark = randomBytes(12).toString('hex');
  const seconds = Math.ceil(limit / 1_000);
  const begun = Date.now();
  const said = await shell
    .carryOut({
      mark,
      text: order({ command, mark, seconds, stdin }),
      signal,
      limit: limit + answering,
      late: () => pastLimit(target.name, seconds),
    })
    .catch((error: unknown): Said => {
      if (error instanceof Broken) throw new BrokenOff(target.name, `the connection broke: ${error.message}`);
      throw error;
    });
  return judge(target, { mark, seconds }, said, Date.now() - begun);
}

/** How to become root on a host. Throws SecretMissing where its password cannot be read. */
export async function openingOf({ settings }: Target): Promise<Opening> {
  if (settings.user === 'root') return openings.root();
  if (!settings.sudoPassword) return openings.sudo();
  return openings.password(await readSecret(settings.sudoPassword), randomBytes(12).toString('hex'));
}
