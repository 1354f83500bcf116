import type { Machine } from '../../src/cluster/cluster.js';
import type { Bench } from './bench.js';
import type { Line } from './line.js';
import { openSite } from './site/open.js';
import { milliseconds } from './stopwatch.js';

/** Milliseconds that a command takes, as in the bench of killed processes. */
const delay = 200;

export const addNode: Bench = {
  name: 'add-node',
  title: 'One worker more',
  how: 'A simulated cluster, as those above, is installed with one worker; then its record and its API tell of so many, and one more is added by a run that is about that one (`kha install --only`). Of the workers that were there before none may be given a command, or the bench fails; what they would answer is no matter, so they need not be installed. Each command takes 200 ms.',
  full: { sizes: [5, 100, 1_000], runs: 1 },
  smallest: { sizes: [2], runs: 1 },
  async measure({ sizes, runs }) {
    const lines: Line[] = [];
    const first: number[] = [];
    for (const size of sizes) {
      const found: Added[] = [];
      for (let run = 0; run < runs; run += 1) found.push(await added(size));
      const seconds = found.map((one) => one.seconds);
      if (first.length === 0) first.push(...seconds);
      lines.push(
        {
          what: `a worker more to ${size}`,
          runs: seconds,
          unit: 's',
          ...(size === sizes[0]
            ? {}
            : { against: { what: `to ${sizes[0]}`, runs: first }, goal: { words: 'the same time', ratio: 1.1 } }),
        },
        {
          what: `a worker more to ${size}: commands that control planes were given`,
          runs: found.map(({ commands }) => commands),
          unit: '',
        },
      );
    }
    return { lines };
  },
};

interface Added {
  readonly seconds: number;
  readonly commands: number;
}

async function added(workers: number): Promise<Added> {
  const site = await openSite(workers + 1);
  try {
    await site.install(site.withWorkers(1));
    await site.standsAs(site.withWorkers(workers));
    site.take(delay);
    site.asked();
    const whole = site.withWorkers(workers + 1);
    const newest = whole.hosts.at(-1)!.name;
    const seconds = (await milliseconds(() => site.install(whole, { hosts: [newest] }))) / 1_000;
    const asked = site.asked();
    if (!asked.has(newest)) throw new Error(`${newest} was never asked`);
    const isOther = ({ name, roles }: Machine): boolean => name !== newest && !roles.includes('control-plane');
    const others = whole.hosts.filter((host) => isOther(host) && asked.has(host.name)).map(({ name }) => name);
    if (others.length > 0) throw new Error(`${newest} was added, and ${others.join(', ')} were asked`);
    const commands = [...asked].reduce((sum, [name, count]) => sum + (name === newest ? 0 : count), 0);
    return { seconds, commands };
  } finally {
    await site.close();
  }
}
