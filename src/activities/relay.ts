import type { Cluster } from '../cluster/cluster.js';

/** How old an answer may be that is passed on; milliseconds. */
const fresh = 60_000;

interface Left {
  readonly answer: unknown;
  readonly at: number;
}

/**
 * Answers that one step of a run leaves for another, which would ask the same moments later; see `relay` of a fact. Each is
 * taken once: a step that looks again, as somebody has mended what it found, asks. Another run, which has another cluster
 * even where its spec is the same, finds none.
 */
export class Relay {
  readonly #runs = new WeakMap<Cluster, Map<string, Left>>();

  leave(run: Cluster, question: string, answer: unknown): void {
    const left = this.#runs.get(run) ?? new Map<string, Left>();
    this.#runs.set(run, left);
    left.set(question, { answer, at: Date.now() });
  }

  /** The answer that was left, or undefined where none was or it is too old. */
  take(run: Cluster, question: string): unknown {
    const left = this.#runs.get(run)?.get(question);
    this.#runs.get(run)?.delete(question);
    return left && Math.abs(Date.now() - left.at) < fresh ? left.answer : undefined;
  }
}
