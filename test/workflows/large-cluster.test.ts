import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporal } from '@temporalio/proto';
import type { Machine } from '../../src/cluster/cluster.js';
import { message, type Answer, type Approval, type Report } from '../../src/workflows/messages.js';
import { cluster } from '../clusters.js';
import { openBench, refusal, type Behaviour, type Bench } from './bench.js';

const { Payload } = temporal.api.common.v1;
let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const worker = (index: number): Machine => ({
  name: `worker-${index}`,
  address: `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
  roles: ['worker'],
});

/** Every step changes something and says what; one worker of the batches refuses one step at first. */
const behaviour: Behaviour = (step, { host, mode }, attempt) => {
  if (mode === 'apply' && step === 'loadKernelModules' && host === 'worker-30' && attempt < 3)
    throw refusal(`${step} on ${host} failed`, 'LoginRefused');
  const missing = Array.from({ length: 3 }, (_, index) => `/etc/some/file-${index}.conf is not there`);
  return { outcome: 'changed', missing, warnings: [`${host} is fuller than it should be`] };
};

/** Sizes in bytes of all payloads anywhere in an event. */
function payloadSizes(value: unknown): number[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if ('metadata' in value && 'data' in value)
    return [Payload.encode(value as temporal.api.common.v1.IPayload).finish().length];
  return Object.values(value).flatMap(payloadSizes);
}

it('keeps the history of 500 hosts below 10,000 events and each payload below 64 KiB; one host of a batch holds alone', async () => {
  const wanted = cluster({ gates: ['before-changes'] });
  const masters = wanted.hosts.filter(({ roles }) => roles.includes('control-plane'));
  const hosts = [...masters, ...Array.from({ length: 500 - masters.length }, (_, index) => worker(index))];
  await bench.run({ ...wanted, hosts }, { behaviour }, async ({ handle, progress, until }) => {
    await until(({ gates: [gate] }) => gate?.state === 'waiting');
    await handle.executeUpdate<void, [Approval]>(message.approve, { args: [{ gate: 'before-changes', by: 'test' }] });
    const { lines } = await until((progress) => progress.lines.some(({ state }) => state === 'held'));
    expect(lines.filter(({ state }) => state === 'held').map(({ step, host }) => `${step} ${host}`)).toEqual([
      'loadKernelModules worker-30',
    ]);
    await handle.executeUpdate<void, [Answer]>(message.answer, { args: [{ verdict: 'retry', by: 'test' }] });
    const { changed } = (await handle.result()) as Report;
    expect(changed).toBeGreaterThan(500 * 15);
    const { events } = await handle.fetchHistory();
    const sizes = payloadSizes(events);
    console.log(`${events!.length} events; largest payload ${Math.max(...sizes)} bytes`);
    const answer = JSON.stringify(await progress()).length;
    console.log(`the answer to the query: ${answer} bytes`);
    expect(answer).toBeLessThan(2 * 1024 * 1024);
    expect(events!.length).toBeLessThan(10_000);
    expect(Math.max(...sizes)).toBeLessThan(64 * 1024);
  });
}, 180_000);
