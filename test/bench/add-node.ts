import type { Bench } from './bench.js';
import type { Line } from './line.js';
import { openSite } from './site/open.js';
import { milliseconds } from './stopwatch.js';

export const addNode: Bench = {
  name: 'add-node',
  title: 'One worker more',
  how: 'A simulated cluster, as those above, is installed, and then installed again with one worker more in its spec. Counted are the workers that were there before and that are given a command meanwhile.',
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
          what: `a worker more to ${size}: others that were asked`,
          runs: found.map(({ others }) => others),
          unit: '',
          goal: { words: '0', median: 0 },
        },
      );
    }
    return { lines };
  },
};

interface Added {
  readonly seconds: number;
  readonly others: number;
}

async function added(workers: number): Promise<Added> {
  const site = await openSite(workers + 1);
  try {
    await site.install(site.withWorkers(workers));
    site.asked();
    const whole = site.withWorkers(workers + 1);
    const seconds = (await milliseconds(() => site.install(whole))) / 1_000;
    const asked = site.asked();
    const newest = whole.hosts.at(-1)!.name;
    if (!asked.has(newest)) throw new Error(`${newest} was never asked`);
    const others = whole.hosts.filter(
      ({ name, roles }) => name !== newest && !roles.includes('control-plane') && asked.has(name),
    );
    return { seconds, others: others.length };
  } finally {
    await site.close();
  }
}
