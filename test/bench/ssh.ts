import { Pool } from '../../src/activities/ssh/pool.js';
import type { Bench } from './bench.js';
import { startFleet } from './fleet/fleet.js';
import { inTurns, milliseconds } from './stopwatch.js';

const commands = 80;

export const ssh: Bench = {
  name: 'ssh',
  title: 'Connections',
  how: '`true`, given by the worker’s own pool of connections to one sshd on this machine.',
  full: { sizes: [], runs: 20 },
  smallest: { sizes: [], runs: 1 },
  async measure({ runs }) {
    const fleet = await startFleet(1);
    const target = { name: 'h1', address: fleet.hosts[0]!.address, settings: fleet.settings };
    const pool = new Pool();
    const run = (from: Pool) => from.to(target).run('true');
    try {
      await run(pool);
      const { fresh, pooled, row, wide } = await inTurns(
        {
          fresh: async () => {
            const own = new Pool();
            const took = await milliseconds(() => run(own));
            own.close();
            return took;
          },
          pooled: () => milliseconds(() => run(pool)),
          row: () =>
            milliseconds(async () => {
              for (let count = 0; count < commands; count += 1) await run(pool);
            }),
          wide: () => milliseconds(() => Promise.all(Array.from({ length: commands }, () => run(pool)))),
        },
        runs,
      );
      const unit = 'ms';
      return {
        lines: [
          {
            what: 'a command on a connection that is there',
            runs: pooled,
            unit,
            against: { what: 'with a login of its own', runs: fresh },
          },
          {
            what: `${commands} commands at once`,
            runs: wide,
            unit,
            against: { what: 'one after another', runs: row },
          },
        ],
      };
    } finally {
      pool.close();
      fleet.stop();
    }
  },
};
