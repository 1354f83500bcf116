import type { Target } from './connect.js';
import { Link } from './link.js';
import { Turns } from './turns.js';

/** Logins under way at once; each is some milliseconds of the worker's processor, and may take 15 s. */
const logins = 32;

/** Connections for the worker's life: one a host and login. */
export class Pool {
  readonly #links = new Map<string, Link>();
  readonly #patience: number;
  readonly #logins = new Turns(logins);

  /** `patience`: milliseconds for which an unreachable host is tried again; it may be starting. */
  constructor({ patience = 120_000 } = {}) {
    this.#patience = patience;
  }

  to(target: Target): Link {
    const key = JSON.stringify([target.address, target.settings]);
    const link = this.#links.get(key) ?? new Link(target, this.#patience, this.#logins);
    this.#links.set(key, link);
    return link;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }
}
