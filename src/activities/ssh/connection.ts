import type { Client } from 'ssh2';

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
  readonly go: (free: boolean) => void;
}

/** One connection and the channels on it: as many at once as sshd gives, everybody else in a queue. */
export class Connection {
  readonly client: Client;
  #width = channels;
  #taken = 0;
  #over = false;
  #used = false;
  /** Refusals in a row while no other channel was open. */
  #alone = 0;
  readonly #queue = new Set<Waiting>();

  constructor(client: Client) {
    this.client = client;
    // Every channel listens for its end, and so do forwards and the login: Node warns from eleven on.
    client.setMaxListeners(channels + 8);
    client.once('close', () => this.retire());
  }

  /** Whether new commands may go by it. */
  get open(): boolean {
    return !this.#over;
  }

  /** Waits for a free channel; false when the connection takes no more commands. Rejects with the signal's reason. */
  async enter(signal: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    if (this.#over) return false;
    if (this.#taken < this.#width) {
      this.#taken += 1;
      return true;
    }
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        this.#queue.delete(waiting);
        reject(signal?.reason as Error);
      };
      const waiting: Waiting = {
        go: (free) => {
          signal?.removeEventListener('abort', aborted);
          resolve(free);
        },
      };
      this.#queue.add(waiting);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  /** sshd has opened a channel here, so it opens channels at all. */
  get used(): boolean {
    return this.#used;
  }

  leave({ used = false } = {}): void {
    if (!used) return this.#pass();
    this.#used = true;
    this.#alone = 0;
    // A session that has just ended still counts for a moment: where each is needed, the next waits for it.
    if (this.#width < channels && !this.#over) setTimeout(() => this.#pass(), settling);
    else this.#pass();
  }

  #pass(): void {
    this.#taken -= 1;
    if (this.#over && this.#taken === 0) this.client.end();
    if (this.#over || this.#taken >= this.#width) return;
    const [next] = this.#queue;
    if (!next) return;
    this.#queue.delete(next);
    this.#taken += 1;
    next.go(true);
  }

  /** sshd refused a channel that was entered: what the others hold is all that it gives. */
  refused(): void {
    const others = this.#taken - 1;
    if (others > 0) {
      this.#width = Math.min(this.#width, others);
      this.#alone = 0;
    } else {
      this.#alone += 1;
      if (this.#alone === patience) this.retire();
    }
    this.#pass();
  }

  /** Takes no more commands, lets those under way come to their end, and closes after the last. */
  retire(): void {
    if (this.#over) return;
    this.#over = true;
    for (const { go } of this.#queue) go(false);
    this.#queue.clear();
    if (this.#taken === 0) this.client.end();
  }

  /** Closes at once. */
  close(): void {
    this.retire();
    this.client.end();
  }
}
