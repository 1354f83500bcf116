import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { Answer, Progress } from '../../src/workflows/messages.js';

export type Ended = Promise<{ readonly code: number; readonly output: string }>;

export const seconds = (from: number, to = Date.now()): number => Math.round((to - from) / 100) / 10;

/** Looks at the run from outside, as often as it takes to see a step while it runs. */
export class Watch {
  readonly #handle: () => Promise<WorkflowHandle>;
  readonly #begun: number;

  constructor(handle: () => Promise<WorkflowHandle>, begun: number) {
    this.#handle = handle;
    this.#begun = begun;
  }

  /** Undefined while the run is not there yet, or the server or worker is the very thing that was broken. */
  async #progress(): Promise<Progress | undefined> {
    try {
      const progress = await (await this.#handle()).query<Progress>('progress');
      return progress.startedAt >= this.#begun ? progress : undefined;
    } catch {
      return undefined;
    }
  }

  /** Waits for something in the progress. Throws when the install ends before it, or after 15 minutes. */
  async first<T>(what: string, find: (progress: Progress) => T | undefined, install: Ended): Promise<T> {
    const ended = install.then(({ code, output }) => {
      throw new Error(`the install ended with ${code} before ${what}:\n${output.slice(-3000)}`);
    });
    const deadline = Date.now() + 900_000;
    let over = false;
    void ended.catch(() => (over = true));
    const seen = async (): Promise<T> => {
      for (;;) {
        if (over || Date.now() > deadline) throw new Error(`not within 15 minutes: ${what}`);
        const progress = await this.#progress();
        const found = progress && find(progress);
        if (found) return found;
        await sleep(50);
      }
    };
    return Promise.race([seen(), ended]);
  }

  /** Answers `retry` to whatever holds once the world is mended, until the install ends; gives what was said. */
  async toTheEnd(install: Promise<unknown>, mended: Promise<unknown>): Promise<string[]> {
    const said: string[] = [];
    let over = false;
    void install.finally(() => (over = true));
    while (!over) {
      for (const { step, host, problem } of (await this.#progress())?.lines.filter(({ state }) => state === 'held') ??
        []) {
        said.push(problem ?? '');
        if (said.length > 12) throw new Error(`it holds again and again: ${problem}`);
        await Promise.race([mended, sleep(90_000)]);
        const answer: Answer = { verdict: 'retry', step, host, by: 'the fault runner' };
        await (await this.#handle()).executeUpdate('answer', { args: [answer] });
      }
      await sleep(250);
    }
    return said;
  }

  /** Seconds from then until an attempt began or the history grew; undefined when the run had ended already. */
  async goesOn(since: number): Promise<number | undefined> {
    while (Date.now() < since + 300_000) {
      try {
        const { raw, status } = await (await this.#handle()).describe();
        const attempts = (raw.pendingActivities ?? []).map(({ lastStartedTime }) => milliseconds(lastStartedTime));
        const next = Math.min(
          ...attempts.filter((at) => at > since),
          ...(await this.#ended()).filter((at) => at > since),
        );
        if (Number.isFinite(next)) return seconds(since, next);
        if (status.name !== 'RUNNING') return undefined;
      } catch {
        // The server is not back yet.
      }
      await sleep(100);
    }
    return undefined;
  }

  async #ended(): Promise<number[]> {
    return ((await this.#progress())?.lines ?? []).flatMap(({ endedAt }) => endedAt ?? []);
  }
}

const milliseconds = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  time ? Number(time.seconds) * 1000 + (time.nanos ?? 0) / 1e6 : 0;
