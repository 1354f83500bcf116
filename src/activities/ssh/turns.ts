/**
 * Lets so many do something at once, the others in the order in which they came. A thousand logins beside each other would
 * starve one another past the time that each may take.
 */
export class Turns {
  #free: number;
  readonly #queue = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Rejects with the signal's reason where it is aborted before its turn. */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      return await work();
    } finally {
      const [next] = this.#queue;
      if (next) next();
      else this.#free += 1;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#queue.delete(go);
        signal.removeEventListener('abort', aborted);
      };
      const aborted = (): void => (leave(), reject(signal.reason as Error));
      const go = (): void => (leave(), resolve());
      this.#queue.add(go);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}
