import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from '../../facts/fact.js';
import { HostFailure } from '../failure.js';
import { connect, type Target } from './connect.js';
import { Connection } from './connection.js';
import { execute, openingOf, type ExecuteOptions } from './execute.js';
import { Gathering } from './gathering.js';
import { NotAnswered } from './not-answered.js';
import { ChannelRefused } from './shell.js';
import type { Turns } from './turns.js';

/** What sudo, PAM or a directory that is away may take to come back; milliseconds. */
const recovering = 30_000;
/** Between two tries of what may pass; milliseconds. */
const pause = { refused: 100, notBegun: 1_000 };

/** The way to one host: connects when needed, again when the connection is lost, and replaces one that a command blocks. */
export class Link {
  readonly target: Target;
  readonly #patience: number;
  readonly #gathering: Gathering;
  #proof: Promise<unknown> | undefined;
  #proved = false;

  constructor(target: Target, patience: number, logins: Turns) {
    this.target = target;
    this.#patience = patience;
    this.#gathering = new Gathering(
      async (signal) =>
        new Connection(await logins.take(() => connect(target, signal), signal), () => openingOf(target)),
    );
  }

  /**
   * Runs one command as root. Waits for a connection as long as the caller's own patience lasts, for a free channel as
   * long as his signal allows. Throws what `connect` and `execute` throw, and the signal's reason.
   */
  async run(command: string, options: ExecuteOptions = {}): Promise<Output> {
    if (!this.target.settings.sudoPassword) return this.#run(command, options);
    return this.#oneFirst(options.signal, () => this.#run(command, options));
  }

  close(): void {
    this.#gathering.close();
  }

  async #run(command: string, options: ExecuteOptions): Promise<Output> {
    const { signal, patience = this.#patience } = options;
    const until = Date.now() + Math.min(patience, recovering);
    for (;;) {
      const connection = await this.#gathering.connection(patience, signal);
      const shell = await connection.enter(signal);
      if (!shell) continue;
      try {
        return await execute(shell, this.target, command, options);
      } catch (error) {
        if (error instanceof ChannelRefused) {
          if (!connection.open && !connection.used) throw this.#noSession(error);
          await sleep(pause.refused, undefined, signal && { signal });
          continue;
        }
        // A dead connection may look alive until its keepalive gives up: the next command gets a new one.
        if (error instanceof HostFailure && error.type === 'Unreachable') connection.retire();
        const notBegun = error instanceof NotAnswered && error.how === 'not begun';
        if (!notBegun || Date.now() > until) throw error;
        await sleep(pause.notBegun, undefined, signal && { signal });
      } finally {
        connection.leave(shell);
      }
    }
  }

  /**
   * A wrong password counts against the account each time it is tried (pam_faillock(8)): one command tries it, and only
   * once it is known to be right do others follow. Those that waited are refused with it.
   */
  async #oneFirst(signal: AbortSignal | undefined, work: () => Promise<Output>): Promise<Output> {
    while (!this.#proved) {
      if (!this.#proof) return this.#prove(work);
      const refused = await among(this.#proof, signal).then(
        () => undefined,
        (error: unknown) => error,
      );
      signal?.throwIfAborted();
      if (refused instanceof HostFailure && refused.type === 'SudoRefused') throw refused;
    }
    try {
      return await work();
    } catch (error) {
      if (error instanceof HostFailure && error.type === 'SudoRefused') this.#proved = false;
      throw error;
    }
  }

  async #prove(work: () => Promise<Output>): Promise<Output> {
    const proof = work();
    this.#proof = proof;
    try {
      const output = await proof;
      this.#proved = true;
      return output;
    } finally {
      this.#proof = undefined;
    }
  }

  #noSession({ message }: Error): HostFailure {
    const { name, settings } = this.target;
    return new HostFailure('LoginRefused', {
      host: name,
      reason: `sshd lets ${settings.user} in and opens no session: ${message}`,
      next: 'let sshd open sessions for this user (MaxSessions in sshd_config is 0, or ForceCommand stands in the way), then answer retry',
    });
  }
}

/** The outcome of work that others share; given up alone. */
async function among<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  let aborted = (): void => undefined;
  const given = new Promise<never>((_, reject) => {
    aborted = () => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
  });
  return Promise.race([work, given]).finally(() => signal.removeEventListener('abort', aborted));
}
