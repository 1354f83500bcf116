import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { temporal } from '@temporalio/proto';
import type { Cluster } from '../../src/cluster/cluster.js';
import { cluster } from '../clusters.js';
import { giveAnswer } from '../../src/client/answer.js';
import { message, type Approval } from '../../src/workflows/messages.js';
import { openBench, refusal, type Bench } from './bench.js';
import { largeCluster } from './large.js';
import { samples, subjects } from './samples.js';

/** Where recorded histories lie; each was made by `npm run record` at the release in its name. */
export const histories = fileURLToPath(new URL('../histories/', import.meta.url));

/** The id of each run that is recorded. */
export const recordedId = 'cluster/test';

const { History } = temporal.api.history.v1;

/** A history as readable JSON, without the names and paths of the machine it was recorded on; the SDK's own historyToJSON stumbles over its two copies of protobufjs. */
const historyText = (history: temporal.api.history.v1.IHistory): string =>
  JSON.stringify(
    History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String }),
  ).replaceAll(/"(identity|stackTrace)":"(?:[^"\\]|\\.)*"/g, '"$1":""');

export const historyOf = (text: string): temporal.api.history.v1.IHistory =>
  History.fromObject(JSON.parse(text) as object);

/** What is recorded at each release: every way of running an operation that leaves events of its own kind, and every kind of cluster. */
const recordings = ['install', 'plan', 'large', 'waves', ...Object.keys(samples)];

/** An install has everything in it that a history can hold: a gate, a retry, a hold, a skip; `large` has batches, `waves` child workflows. */
export async function record(release: string): Promise<void> {
  const bench = await openBench();
  for (const kind of recordings) await recordOne(bench, kind, release);
  await bench.close();
}

/** Clusters whose workers go in batches, and in waves. */
const large: Readonly<Record<string, (gates: string[]) => Cluster>> = {
  large: (gates) => largeCluster(58, gates),
  waves: (gates) => largeCluster(510, gates),
};

async function recordOne(bench: Bench, kind: string, release: string): Promise<void> {
  const sample = samples[kind];
  const gates = kind === 'plan' ? [] : ['before-changes'];
  const wanted = sample ?? large[kind]?.(gates) ?? cluster({ gates });
  await bench.run(
    wanted,
    {
      id: recordedId,
      mode: kind === 'plan' ? 'plan' : 'apply',
      subject: subjects[kind],
      behaviour: (step, { host, mode }, attempt) => {
        if (sample) return undefined;
        if (mode === 'plan') return { outcome: 'would change', missing: [`${step} is missing`] };
        if (step === 'disableSwap' && attempt === 1) throw refusal('swapoff failed');
        if (step === 'joinWorker' && ['w1', 'worker-0'].includes(host) && attempt < 3)
          throw refusal(`joinWorker on ${host} failed`);
        return { outcome: 'changed', missing: [`${step} was missing`] };
      },
    },
    async ({ handle, until }) => {
      if (!sample && kind !== 'plan') {
        await until(({ gates: [gate] }) => gate?.state === 'waiting');
        await handle.executeUpdate<void, [Approval]>(message.approve, {
          args: [{ gate: 'before-changes', by: 'recorder' }],
        });
        await until(({ lines }) => lines.some(({ state }) => state === 'held'));
        await giveAnswer(handle, { verdict: 'skip', reason: 'recorded', by: 'recorder' });
      }
      await handle.result();
      await writeFile(`${histories}${kind}-${release}.json`, historyText(await handle.fetchHistory()));
      if (kind !== 'waves') return;
      const wave = handle.client.getHandle(`${handle.workflowId}/joinWorker/1`);
      await writeFile(`${histories}one-wave-${release}.json`, historyText(await wave.fetchHistory()));
    },
  );
}
