import { setTimeout as sleep } from 'node:timers/promises';
import { HostFailure } from '../failure.js';
import type { Connection } from './connection.js';

interface Waiting {
  /** By when an unreachable host is too long away for this one, in milliseconds since 1970. */
  readonly until: number;
  readonly got: (connection: Connection) => void;
  readonly failed: (error: Error) => void;
}

/** Between two logins at a host that does not answer; milliseconds. */
const between = 1_000;

/**
 * Everybody who waits for a connection to one host. One login is tried for all of them, and each gives up for himself:
 * nobody's patience or cancellation ends what another waits for, and with the last of them the login is given up.
 */
export class Gathering {
  readonly #login: (signal: AbortSignal) => Promise<Connection>;
  readonly #waiting = new Set<Waiting>();
  #connection: Connection | undefined;
  #trying: AbortController | undefined;

  constructor(login: (signal: AbortSignal) => Promise<Connection>) {
    this.#login = login;
  }

  /** Rejects with a refusal at once, with Unreachable after the try at which `patience` (milliseconds) is over. */
  connection(patience: number, signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#connection?.open) return Promise.resolve(this.#connection);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const leave = (): void => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener('abort', aborted);
      };
      const aborted = (): void => {
        leave();
        reject(signal?.reason as Error);
        if (this.#waiting.size === 0) this.#giveUp();
      };
      const waiting: Waiting = {
        until: Date.now() + patience,
        got: (connection) => (leave(), resolve(connection)),
        failed: (error) => (leave(), reject(error)),
      };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', aborted, { once: true });
      if (!this.#trying) void this.#try((this.#trying = new AbortController()));
    });
  }

  /** Ends the connection and whoever waits for one. */
  close(): void {
    this.#connection?.close();
    this.#giveUp();
    for (const { failed } of [...this.#waiting]) failed(new Error('the connections of this worker were closed'));
  }

  #giveUp(): void {
    this.#trying?.abort(new Error('nobody waits for this login any longer'));
    this.#trying = undefined;
  }

  async #try(trying: AbortController): Promise<void> {
    const { signal } = trying;
    while (this.#trying === trying) {
      try {
        const connection = await this.#login(signal);
        if (signal.aborted) return connection.close();
        this.#connection = connection;
        this.#trying = undefined;
        for (const { got } of [...this.#waiting]) got(connection);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const passing = error instanceof HostFailure && error.type === 'Unreachable';
        for (const { until, failed } of [...this.#waiting]) if (!passing || Date.now() > until) failed(error as Error);
      }
      if (this.#waiting.size === 0) return this.#giveUp();
      await sleep(between, undefined, { signal }).catch(() => undefined);
    }
  }
}
