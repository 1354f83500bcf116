import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { temporal } from '@temporalio/proto';
import type { Machine } from '../../src/cluster/cluster.js';
import { cluster } from '../clusters.js';
import { message, type Answer, type Approval } from '../../src/workflows/messages.js';
import { openBench, refusal } from './bench.js';

/** Where recorded histories lie; each was made by `npm run record` at the release in its name. */
export const histories = fileURLToPath(new URL('../histories/', import.meta.url));

const { History } = temporal.api.history.v1;

/** A history as readable JSON, without the names and paths of the machine it was recorded on; the SDK's own historyToJSON stumbles over its two copies of protobufjs. */
const historyText = (history: temporal.api.history.v1.IHistory): string =>
  JSON.stringify(
    History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String }),
  ).replaceAll(/"(identity|stackTrace)":"(?:[^"\\]|\\.)*"/g, '"$1":""');

export const historyOf = (text: string): temporal.api.history.v1.IHistory =>
  History.fromObject(JSON.parse(text) as object);

/** What is recorded at each release: every way of running an operation that leaves events of its own kind. */
export const recordings = ['install', 'plan', 'large'] as const;

const workers = (count: number): Machine[] =>
  Array.from({ length: count }, (_, n) => ({ name: `w${n + 1}`, address: `10.0.1.${n + 1}`, roles: ['worker'] }));

/** An install has everything in it that a history can hold: a gate, a retry, a hold, a skip; `large` has batches. */
export async function record(kind: (typeof recordings)[number], release: string): Promise<void> {
  const bench = await openBench();
  const small = cluster({ gates: kind === 'plan' ? [] : ['before-changes'] });
  const wanted = kind === 'large' ? { ...small, hosts: [...small.hosts.slice(0, 3), ...workers(55)] } : small;
  try {
    await bench.run(
      wanted,
      {
        mode: kind === 'plan' ? 'plan' : 'apply',
        behaviour: (step, { host, mode }, attempt) => {
          if (mode === 'plan') return { outcome: 'would change', missing: [`${step} is missing`] };
          if (step === 'disableSwap' && attempt === 1) throw refusal('swapoff failed');
          if (step === 'joinWorker' && host === 'w1' && attempt < 3) throw refusal(`joinWorker on ${host} failed`);
          return { outcome: 'changed', missing: [`${step} was missing`] };
        },
      },
      async ({ handle, until }) => {
        if (kind !== 'plan') {
          await until(({ gates: [gate] }) => gate?.state === 'waiting');
          await handle.executeUpdate<void, [Approval]>(message.approve, {
            args: [{ gate: 'before-changes', by: 'recorder' }],
          });
          await until(({ lines }) => lines.some(({ state }) => state === 'held'));
          await handle.executeUpdate<void, [Answer]>(message.answer, {
            args: [{ verdict: 'skip', reason: 'recorded', by: 'recorder' }],
          });
        }
        await handle.result();
        await writeFile(`${histories}${kind}-${release}.json`, historyText(await handle.fetchHistory()));
      },
    );
  } finally {
    await bench.close();
  }
}
