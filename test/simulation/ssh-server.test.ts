import { afterAll, beforeAll, expect, it } from 'vitest';
import { Pool } from '../../src/activities/ssh/pool.js';
import { serveSsh, type Simulated } from './ssh-server.js';

/** ssh2 lets a channel send two megabytes before it waits for the other side. */
const stdout = 'a record of 5,000 workers\n'.repeat(50_000);

let server: Simulated;
const pool = new Pool({ patience: 0 });
beforeAll(async () => {
  server = await serveSsh((_, command) => ({
    fate: { carriedOut: true, answered: true, delay: 0 },
    carryOut: () => ({ code: 0, stdout, stderr: `${command}\n` }),
  }));
});
afterAll(async () => {
  pool.close();
  await server.close();
});

it('answers on one channel with more than may be under way', async () => {
  const host = pool.to({ name: 'm1', address: '127.0.0.1', settings: server.settings('m1') });
  for (const command of ['first', 'second', 'third', 'fourth', 'fifth'])
    expect(await host.run(command, { limit: 1_000 })).toEqual({ code: 0, stdout, stderr: `${command}\n` });
}, 30_000);
