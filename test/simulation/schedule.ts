import { createHash } from 'node:crypto';
import type { Cluster } from '../../src/cluster/cluster.js';
import { gateNames } from '../../src/cluster/schema.js';
import type { Fate } from './ssh-server.js';

/** What chance does to one command of a step. `crash`: the worker dies right before it or right after it. */
export type Event =
  'none' | 'slow' | 'lost before' | 'lost after' | 'crash before' | 'crash after' | 'refused' | 'restart';

const events: readonly Event[] = [
  'slow',
  'lost before',
  'lost after',
  'crash before',
  'crash after',
  'refused',
  'restart',
];

/**
 * One schedule of faults. What happens to a command follows from the seed, the step, the host and how many commands that
 * step gave before, so the same seed breaks the same things however the hosts interleave.
 */
export class Schedule {
  readonly #seed: number;
  readonly #counts = new Map<string, number>();
  #left: number;
  readonly happened: string[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#left = 1 + this.#chance('how many', 12);
  }

  /** The next command of a step on a host. */
  next(step: string, host: string): Event {
    const of = `${step} ${host}`;
    const count = (this.#counts.get(of) ?? 0) + 1;
    this.#counts.set(of, count);
    if (this.#left === 0 || this.#chance(`${of} ${count}`, 40) !== 0) return 'none';
    this.#left -= 1;
    const event = events[this.#chance(`${of} ${count} event`, events.length)]!;
    this.happened.push(`${event} at command ${count} of ${step} on ${host}`);
    return event;
  }

  /** How many times a transient unit is asked for before it has ended. */
  readonly slowness = (unit: string): number => this.#chance(`slow ${unit.replace(/-[0-9a-f]{10}$/, '')}`, 3);

  /** A person is waited for at one gate, or at none. */
  gates(): Cluster['gates'] {
    return [...gateNames].filter((_, index) => index === this.#chance('which gate', gateNames.length + 1));
  }

  #chance(what: string, of: number): number {
    return createHash('sha256').update(`${this.#seed} ${what}`).digest().readUInt32BE() % of;
  }
}

/** What the connection sees of an event. */
export const fateOf = (event: Event): Fate => ({
  carriedOut: event !== 'lost before' && event !== 'refused' && event !== 'restart',
  answered: event !== 'lost before' && event !== 'lost after' && event !== 'restart',
  delay: event === 'slow' ? 150 : 0,
});
