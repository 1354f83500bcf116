import type { Client } from 'ssh2';
import { Shell, type How } from './shell.js';
import type { Opening } from './wire.js';

/**
 * Where sshd refuses the only channel, it has not yet done with the last one, or sessions that it cannot end hold them
 * all; after so many tries it is the second.
 */
const patience = 5;
/** sshd takes a closed channel's session off its list after the packets at hand, a new channel among them; milliseconds. */
const settling = 30;
/** sshd allows ten sessions a connection unless told otherwise (sshd_config(5), MaxSessions); two are left for a person. */
const channels = 8;

interface Waiting {
  /** Looks again: a shell is free, one more may be opened, or nothing comes any more. */
  readonly go: () => void;
}

/** One connection and the root shells on it: as many at once as sshd gives, everybody else in a queue. */
export class Connection {
  readonly #client: Client;
  readonly #opening: () => Promise<Opening>;
  #width = channels;
  /** Shells that are there or about to be. */
  #count = 0;
  readonly #idle: Shell[] = [];
  #over = false;
  #used = false;
  /** Refusals in a row while no other shell was there. */
  #alone = 0;
  readonly #queue = new Set<Waiting>();

  constructor(client: Client, opening: () => Promise<Opening>) {
    this.#client = client;
    this.#opening = opening;
    // Every shell listens for its end, and so do forwards and the login: Node warns from eleven on.
    client.setMaxListeners(channels + 8);
    client.once('close', () => this.retire());
  }

  /** Whether new commands may go by it. */
  get open(): boolean {
    return !this.#over;
  }

  /** sshd has opened a channel here, so it opens channels at all. */
  get used(): boolean {
    return this.#used;
  }

  /**
   * Waits for a shell of one's own until it is given back; undefined when the connection takes no more commands. Rejects
   * with the signal's reason and with what is in the way of opening one.
   */
  async enter(signal: AbortSignal | undefined): Promise<Shell | undefined> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#over) return undefined;
      const idle = this.#idle.pop();
      if (idle) return idle;
      if (this.#count < this.#width) return this.#another();
      await this.#turn(signal);
    }
  }

  /** Gives a shell back, for the next order if it takes one. */
  leave(shell: Shell): void {
    if (shell.used) {
      this.#used = true;
      this.#alone = 0;
    }
    if (!shell.open) return;
    if (this.#over) shell.close();
    else this.#idle.push(shell);
    this.#next();
  }

  /** Takes no more commands, lets those under way come to their end, and closes after the last. */
  retire(): void {
    if (this.#over) return;
    this.#over = true;
    for (const shell of this.#idle.splice(0)) shell.close();
    while (this.#queue.size > 0) this.#next();
    if (this.#count === 0) this.#client.end();
  }

  /** Closes at once. */
  close(): void {
    this.retire();
    this.#client.end();
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        this.#queue.delete(waiting);
        reject(signal?.reason as Error);
      };
      const waiting: Waiting = {
        go: () => {
          signal?.removeEventListener('abort', aborted);
          resolve();
        },
      };
      this.#queue.add(waiting);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  async #another(): Promise<Shell> {
    this.#count += 1;
    try {
      const opening = await this.#opening();
      const shell: Shell = new Shell(this.#client, opening, (how) => this.#ended(shell, how));
      return shell;
    } catch (error) {
      this.#gone();
      throw error;
    }
  }

  #ended(shell: Shell, how: How): void {
    const place = this.#idle.indexOf(shell);
    if (place >= 0) this.#idle.splice(place, 1);
    if (how === 'refused') this.#refused();
    // Sessions that sshd cannot end would use up all that it allows: others come to their end, new ones go elsewhere.
    if (how === 'held') this.retire();
    // A session that has just ended still counts for a moment: where each is needed, the next waits for it.
    if (this.#width < channels && how !== 'refused') setTimeout(() => this.#gone(), settling);
    else this.#gone();
  }

  /** What the other shells hold is all that sshd gives. */
  #refused(): void {
    const others = this.#count - 1;
    if (others > 0) {
      this.#width = Math.min(this.#width, others);
      this.#alone = 0;
    } else {
      this.#alone += 1;
      if (this.#alone === patience) this.retire();
    }
  }

  #gone(): void {
    this.#count -= 1;
    if (this.#over && this.#count === 0) this.#client.end();
    this.#next();
  }

  #next(): void {
    const [next] = this.#queue;
    if (!next) return;
    this.#queue.delete(next);
    next.go();
  }
}
