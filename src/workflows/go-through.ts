import type { Paced } from './batches.js';
import type { Around, Task } from './around.js';
import { endOrCarryOut } from './carry-out.js';
import { lookAhead } from './look-ahead.js';
import { hostsOf } from './messages.js';
import { allOrNone } from './scope.js';

/** Lets batches of hosts go through steps, each batch at its own speed and as many at once as there are lanes. */
export function lanes(stage: string, tasks: readonly Task[], { batches, lanes }: Paced, around: Around) {
  const left = [...batches];
  return Array.from({ length: lanes }, async () => {
    for (let batch = left.shift(); batch; batch = left.shift()) {
      const { known, lines } = await lookAhead(stage, tasks, batch, around);
      for (const { step, meant } of tasks) {
        const line = lines.get(step);
        const looking = new Set(line && hostsOf(line));
        const hosts = batch.filter((host) => meant(host) && !looking.has(host) && !around.silent.has(host));
        const own = [...(line ? [line] : []), ...(hosts.length > 0 ? [around.journal.begin(stage, step, hosts)] : [])];
        await allOrNone(() => own.map((one) => endOrCarryOut(one, stage, step, known, around)));
      }
    }
  });
}

export const goThrough = async (...given: Parameters<typeof lanes>): Promise<void> =>
  void (await allOrNone(() => lanes(...given)));
