import { afterEach, expect, it, vi } from 'vitest';
import { Relay } from '../../src/activities/relay.js';
import { RemoteHost, type Attempt } from '../../src/activities/remote-host.js';
import type { Pool } from '../../src/activities/ssh/pool.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import type { Fact } from '../../src/facts/fact.js';
import { cluster } from '../clusters.js';

afterEach(() => void vi.useRealTimers());

const counted: Fact<string> = { command: 'count', parse: ({ stdout }) => stdout };
const [leaving, taking]: Fact<string>[] = [
  { ...counted, relay: 'leave' },
  { ...counted, relay: 'take' },
];

/** Steps of one worker, each with hosts of its own, that number the questions that they are asked. */
function worker() {
  let asked = 0;
  const run = () => Promise.resolve({ code: 0, stdout: `answer ${++asked}`, stderr: '' });
  const pool = { to: () => ({ run }) } as unknown as Pool;
  const attempt = { signal: new AbortController().signal, relay: new Relay() } as unknown as Attempt;
  return (of: Cluster, index = 0) => new RemoteHost(pool, of, of.hosts[index]!, attempt);
}

it('passes an answer on to another step of the run, once', async () => {
  const [host, run] = [worker(), cluster()];
  expect(await host(run).read(leaving!)).toBe('answer 1');
  expect(await host(run).read(counted)).toBe('answer 2');
  expect(await host(run).read(taking!)).toBe('answer 1');
  expect(await host(run).read(taking!)).toBe('answer 3');
});

it('passes none on to another run or of another host, and none that is old', async () => {
  const [host, run] = [worker(), cluster()];
  await host(run).read(leaving!);
  expect(await host(cluster()).read(taking!)).toBe('answer 2');
  expect(await host(run, 1).read(taking!)).toBe('answer 3');
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + 61_000);
  expect(await host(run).read(taking!)).toBe('answer 4');
});
