import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { temporal } from '@temporalio/proto';
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

/** Records one install with everything in it that a history can hold: a gate, a retry, a hold, a skip. */
export async function record(name: string): Promise<string> {
  const bench = await openBench();
  const file = `${histories}${name}.json`;
  try {
    await bench.run(
      cluster({ gates: ['before-changes'] }),
      {
        behaviour: (step, { host, mode }, attempt) => {
          if (mode === 'plan') return { outcome: 'would change', missing: [`${step} is missing`] };
          if (step === 'disableSwap' && attempt === 1) throw refusal('swapoff failed');
          if (step === 'joinWorker' && attempt === 1) throw refusal(`joinWorker on ${host} failed`);
          return { outcome: 'changed', missing: [`${step} was missing`] };
        },
      },
      async ({ handle, until }) => {
        await until(({ gates: [gate] }) => gate?.state === 'waiting');
        await handle.executeUpdate<void, [Approval]>(message.approve, {
          args: [{ gate: 'before-changes', by: 'recorder' }],
        });
        await until(({ lines }) => lines.some(({ state }) => state === 'held'));
        await handle.executeUpdate<void, [Answer]>(message.answer, {
          args: [{ verdict: 'skip', reason: 'recorded', by: 'recorder' }],
        });
        await handle.result();
        await writeFile(file, historyText(await handle.fetchHistory()));
      },
    );
  } finally {
    await bench.close();
  }
  return file;
}
