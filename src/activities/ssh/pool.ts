import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'ssh2';
import type { Output } from '../../facts/fact.js';
import { HostFailure } from '../failure.js';
import { connect, type Target } from './connect.js';
import { execute, type ExecuteOptions } from './execute.js';

/** sshd allows ten sessions a connection (sshd_config(5), MaxSessions); two are left for a person. */
const channels = 8;

/** Connections for the worker's life: one a host and login. */
export class Pool {
  readonly #links = new Map<string, Link>();
  readonly #patience: number;

  /** `patience`: milliseconds for which an unreachable host is tried again; it may be starting. */
  constructor({ patience = 120_000 } = {}) {
    this.#patience = patience;
  }

  to(target: Target): Link {
    const key = JSON.stringify([target.address, target.settings]);
    const link = this.#links.get(key) ?? new Link(target, this.#patience);
    this.#links.set(key, link);
    return link;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }
}

/** The way to one host: connects when needed, again when the connection is lost, and keeps to a few channels at once. */
export class Link {
  readonly target: Target;
  readonly #patience: number;
  #client: Promise<Client> | undefined;
  #free = channels;
  readonly #queue: (() => void)[] = [];

  constructor(target: Target, patience: number) {
    this.target = target;
    this.#patience = patience;
  }

  async run(command: string, options: ExecuteOptions = {}): Promise<Output> {
    await this.#enter();
    try {
      const client = await this.#connected(options);
      return await execute(client, this.target.name, this.target.settings, command, options);
    } catch (error) {
      // A dead connection may look alive until its keepalive gives up: the next command gets a new one.
      if (error instanceof HostFailure && error.type === 'Unreachable') this.close();
      throw error;
    } finally {
      this.#leave();
    }
  }

  close(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.then(
      (open) => open.end(),
      () => undefined,
    );
  }

  #connected(options: ExecuteOptions): Promise<Client> {
    if (!this.#client) {
      const client = this.#reach(options);
      this.#client = client;
      const forget = (): void => {
        if (this.#client === client) this.#client = undefined;
      };
      client.then((open) => open.once('close', forget), forget);
    }
    return this.#client;
  }

  /** Tries an unreachable host every second until patience ends; a refusal is final at once. */
  async #reach({ signal, patience = this.#patience }: ExecuteOptions): Promise<Client> {
    const deadline = Date.now() + patience;
    for (;;) {
      try {
        return await connect(this.target, signal);
      } catch (error) {
        const passing = error instanceof HostFailure && error.type === 'Unreachable';
        if (!passing || Date.now() > deadline || signal?.aborted) throw error;
        await sleep(1_000, undefined, signal ? { signal } : {});
      }
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  #leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#free += 1;
  }
}
