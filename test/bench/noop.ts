import type { Bench } from './bench.js';
import type { Line } from './line.js';
import { openSite } from './site/open.js';
import { milliseconds } from './stopwatch.js';

export const noop: Bench = {
  name: 'noop',
  title: 'An install that has nothing to do',
  how: 'Simulated clusters, as those above, are installed, and installed again. Commands are round trips: each is a question that a check asks of a worker. Ansible is not beside it yet: simulated hosts cannot carry its modules out.',
  full: { sizes: [100], runs: 3 },
  smallest: { sizes: [2], runs: 1 },
  async measure({ sizes, runs }) {
    const lines: Line[] = [];
    for (const size of sizes) {
      const found: Again[] = [];
      for (let run = 0; run < runs; run += 1) found.push(await again(size));
      const of = (what: keyof Again): number[] => found.map((one) => one[what]);
      lines.push(
        {
          what: `${size} workers, nothing to do`,
          runs: of('second'),
          unit: 's',
          against: { what: 'the install before', runs: of('first') },
        },
        { what: `${size} workers: commands that each of them was given`, runs: of('commands'), unit: '' },
      );
    }
    return { lines };
  },
};

interface Again {
  readonly first: number;
  readonly second: number;
  readonly commands: number;
}

async function again(workers: number): Promise<Again> {
  const site = await openSite(workers);
  try {
    const install = async (): Promise<number> => (await milliseconds(() => site.install(site.cluster))) / 1_000;
    const first = await install();
    site.asked();
    const begun = Date.now();
    const report = await site.install(site.cluster);
    const second = (Date.now() - begun) / 1_000;
    // What was changed all the same is a fault of the product's or of the simulation's, and no figure.
    if (report.changed > 0) throw new Error(`the second install changed ${report.changed} things`);
    const asked = site.asked();
    const of = site.cluster.hosts.filter(({ roles }) => !roles.includes('control-plane'));
    return { first, second, commands: Math.max(...of.map(({ name }) => asked.get(name) ?? 0)) };
  } finally {
    await site.close();
  }
}
