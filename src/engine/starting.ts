import type { ProcessName } from './own-processes.js';

/** Milliseconds: for processes that do not stay, and for those that live and have only not come so far yet. */
const patience = 30_000;
const longest = 600_000;

/**
 * Tells whether a start is still worth waiting for. A machine under load may need minutes, so it is the processes that are
 * looked at: the clock alone decides only where one is missing, or dies again and again.
 */
export class Starting {
  readonly #begun: number;
  readonly #seen = new Map<ProcessName, Set<number>>();

  constructor(now: number) {
    this.#begun = now;
  }

  /** Whether to give up; `pids` are the living processes now. */
  isVain(pids: Readonly<Record<ProcessName, number | undefined>>, now: number): boolean {
    for (const [name, pid] of Object.entries(pids) as [ProcessName, number | undefined][])
      if (pid !== undefined) this.#seen.set(name, (this.#seen.get(name) ?? new Set()).add(pid));
    const elapsed = now - this.#begun;
    const died = Math.max(0, ...[...this.#seen.values()].map(({ size }) => size - 1));
    // One death a minute is what a worker makes of a server that is slow to answer.
    const living = pids.watcher !== undefined && pids.server !== undefined && died <= 1 + elapsed / 60_000;
    return elapsed > (living ? longest : patience);
  }
}
