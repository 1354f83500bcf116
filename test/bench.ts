import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Pool } from '../src/activities/ssh/pool.js';
import { noSshd, startSshd, type Sshd } from './activities/ssh/sshd.js';
import { addresses, complete, connectedTo } from './client/e2e/complete.js';
import { ground } from './lab/ground.js';
import { message } from '../src/workflows/messages.js';
import { openBench } from './workflows/bench.js';
import { largeCluster, replaySeconds, sizes, telling } from './workflows/large.js';

// `npm run bench`: each line compares two things in one run, so that machines may differ. Nothing here fails for being slow.

const program = fileURLToPath(new URL('../bin/kha.js', import.meta.url));

async function milliseconds(work: () => unknown, times = 1): Promise<number> {
  const begun = performance.now();
  for (let count = 0; count < times; count += 1) await work();
  return (performance.now() - begun) / times;
}

function told(what: string, one: number, other: number, unit: string): void {
  const rounded = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
  console.log(`${what}: ${(one / other).toFixed(1)} times (${rounded(one)} ${unit} to ${rounded(other)} ${unit})`);
  expect(one / other).toBeGreaterThan(0);
}

it('start-up', async () => {
  const node = (...args: string[]): string => execFileSync(process.execPath, args, { encoding: 'utf8' });
  const bare = await milliseconds(() => node('-e', '0'), 10);
  told('kha --help to node alone', await milliseconds(() => node(program, '--help'), 10), bare, 'ms');
});

it('status of a completed run', async () => {
  const { done, remove } = ground('none');
  await done('engine', 'start');
  const client = await connectedTo((await addresses({ done })).address);
  try {
    await complete(client);
    const help = await milliseconds(() => done('--help'), 10);
    told(
      'kha status of a completed run to kha --help',
      await milliseconds(() => done('status', 'e2e'), 10),
      help,
      'ms',
    );
  } finally {
    await client.connection.close();
    await done('engine', 'stop');
    remove();
  }
});

describe.skipIf(noSshd !== '')(`SSH${noSshd && ` (${noSshd})`}`, () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  it('connections', async () => {
    const pool = new Pool();
    const run = (from: Pool) => from.to({ name: 'm1', address: '127.0.0.1', settings: sshd.settings }).run('true');
    await run(pool);
    const pooled = await milliseconds(() => run(pool), 50);
    const fresh = await milliseconds(async () => {
      const own = new Pool();
      await run(own);
      own.close();
    }, 20);
    const wide = await milliseconds(() => Promise.all(Array.from({ length: 80 }, () => run(pool))));
    pool.close();
    told('a command with a login of its own to one of a pooled connection', fresh, pooled, 'ms');
    told('80 commands one after another to 80 at once', pooled * 80, wide, 'ms');
  });
});

it('an install of 60, 500 and 1,000 hosts that pretend', async () => {
  const bench = await openBench();
  for (const hosts of [60, 500, 1_000]) {
    await bench.run(largeCluster(hosts), { behaviour: telling }, async ({ handle, progress }) => {
      const seconds = (await milliseconds(() => handle.result())) / 1000;
      const history = await handle.fetchHistory();
      const { events, largestPayload } = sizes(history);
      const whole = JSON.stringify(await progress()).length;
      const page = JSON.stringify(await handle.query(message.progress)).length;
      const replay = await replaySeconds(bench.bundle, history);
      console.log(
        `${hosts} hosts: ${events} events, ${kilo(largestPayload)} in the largest payload, progress ${kilo(whole)}, its first page ${kilo(page)}, run ${seconds.toFixed(1)} s, replay ${replay.toFixed(1)} s`,
      );
    });
  }
  await bench.close();
});

const kilo = (bytes: number): string => `${Math.round(bytes / 1024)} KB`;
