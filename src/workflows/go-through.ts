import type { Paced } from './batches.js';
import type { Around, Task } from './around.js';
import { carryOut, tellDone } from './carry-out.js';
import { lookAhead } from './look-ahead.js';
import { allOrNone } from './scope.js';

/** Lets batches of hosts go through steps, each batch at its own speed and as many at once as there are lanes. */
export function lanes(stage: string, tasks: readonly Task[], { batches, lanes }: Paced, around: Around) {
  const left = [...batches];
  return Array.from({ length: lanes }, async () => {
    for (let batch = left.shift(); batch; batch = left.shift()) {
      const known = await lookAhead(stage, tasks, batch, around);
      for (const { step, meant } of tasks) {
        const hosts = batch.filter((host) => meant(host) && !around.silent.has(host));
        const done = hosts.filter((host) => known(step, host));
        if (done.length > 0) tellDone(stage, step, done, known, around);
        const others = done.length > 0 ? hosts.filter((host) => !done.includes(host)) : hosts;
        if (others.length > 0) await carryOut(stage, step, others, around);
      }
    }
  });
}

export const goThrough = async (...given: Parameters<typeof lanes>): Promise<void> =>
  void (await allOrNone(() => lanes(...given)));
