import { setImmediate as turn } from 'node:timers/promises';

/**
 * What a worker reads for an attempt where it runs itself, such as a password or an authority: what is asked of a host with
 * it waits for a disk, and so does all else that the host is asked then, to go there together.
 */
export class OwnReading {
  readonly #open = new Set<Promise<unknown>>();

  /** The same reading, which `over` waits for. */
  of<Given extends unknown[], T>(read: (...given: Given) => Promise<T>): (...given: Given) => Promise<T> {
    return (...given) => {
      const reading = read(...given);
      const ended = (): void => void this.#open.delete(reading);
      this.#open.add(reading);
      reading.then(ended, ended);
      return reading;
    };
  }

  /** When all that is at work now has come as far as it can without a host. */
  async over(): Promise<void> {
    await turn();
    while (this.#open.size > 0) {
      await Promise.allSettled(this.#open);
      await turn();
    }
  }
}
