import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { addresses, complete, connectedTo } from '../client/e2e/complete.js';
import { ground } from '../lab/ground.js';
import type { Bench } from './bench.js';
import { inTurns, milliseconds } from './stopwatch.js';

const node = promisify(execFile);

export const start: Bench = {
  name: 'start',
  title: 'Client start',
  how: 'Whole processes from their start to their end, in turns with a Node that does nothing. `kha status CLUSTER` asks about a run that is over, of the engine on this machine, and `kha status` lists it: both by the engine’s HTTP API. A running one’s steps are asked by Temporal’s client, which is the larger part of a process of its own.',
  full: { sizes: [], runs: 20 },
  smallest: { sizes: [], runs: 1 },
  async measure({ runs }) {
    const { done, remove } = ground('none');
    await done('engine', 'start');
    const client = await connectedTo((await addresses({ done })).address);
    try {
      await complete(client);
      const kha =
        (...args: string[]) =>
        () =>
          milliseconds(() => done(...args));
      const { bare, help, status, list } = await inTurns(
        {
          bare: () => milliseconds(() => node(process.execPath, ['-e', '0'])),
          help: kha('--help'),
          status: kha('status', 'e2e'),
          list: kha('status'),
        },
        runs,
      );
      const against = { what: 'node -e 0', runs: bare };
      const unit = 'ms';
      return {
        lines: [
          { what: '`kha --help`', runs: help, unit, against, goal: { words: '≤ 150 ms', median: 150 } },
          { what: '`kha status CLUSTER`', runs: status, unit, against, goal: { words: '≤ 300 ms', median: 300 } },
          { what: '`kha status`', runs: list, unit, against, goal: { words: '≤ 300 ms', median: 300 } },
        ],
      };
    } finally {
      await client.connection.close();
      await done('engine', 'stop');
      remove();
    }
  },
};
