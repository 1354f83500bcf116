import type { Bench } from './bench.js';
import { openGround } from './fanout/ground.js';
import type { Line } from './line.js';
import { openSite } from './site/open.js';
import { milliseconds } from './stopwatch.js';

export const noop: Bench = {
  name: 'noop',
  title: 'Nothing to do',
  how: 'The ten steps from above on the same sshd hosts, where all is done already: kha, whose worker has no connection yet, beside Ansible doing the same checks. Then simulated clusters, as those below, are installed twice: counted are round trips, the commands that each worker is given by the second install.',
  full: { sizes: [100], runs: 2 },
  smallest: { sizes: [2], runs: 1 },
  async measure({ sizes, runs }) {
    const lines: Line[] = [];
    for (const size of sizes) {
      lines.push(await besideAnsible(size, runs));
      const found: Again[] = [];
      for (let run = 0; run < runs; run += 1) found.push(await again(size));
      const of = (what: keyof Again): number[] => found.map((one) => one[what]);
      lines.push(
        {
          what: `an install of ${size} workers that has nothing to do`,
          runs: of('second'),
          unit: 's',
          against: { what: 'the install before', runs: of('first') },
        },
        { what: 'its round trips to a worker', runs: of('commands'), unit: '' },
        { what: 'its stages that ask a worker', runs: of('stages'), unit: '' },
      );
    }
    return { lines };
  },
};

async function besideAnsible(size: number, runs: number): Promise<Line> {
  const ground = await openGround(size);
  const { fleet, kha, ansible, prove, withWorker } = ground;
  const found = { kha: [] as number[], ansible: [] as number[] };
  try {
    fleet.bare();
    await withWorker(kha);
    for (let run = 0; run < runs; run += 1) {
      await withWorker(async () => void found.kha.push((await milliseconds(kha)) / 1_000));
      // It takes minutes where kha takes seconds.
      if (run === 0) found.ansible.push((await milliseconds(() => ansible({ cold: true }))) / 1_000);
      prove();
    }
  } finally {
    await ground.close();
  }
  return {
    what: `ten checks on ${size} hosts`,
    runs: found.kha,
    unit: 's',
    against: { what: 'Ansible, cold', runs: found.ansible },
    goal: { words: '≤ 1 / 20', ratio: 1 / 20 },
  };
}

interface Again {
  readonly first: number;
  readonly second: number;
  readonly commands: number;
  readonly stages: number;
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
    const stages = report.stages.filter(({ steps }) => Object.values(steps).some((hosts) => hosts >= workers));
    const commands = Math.max(...of.map(({ name }) => asked.get(name) ?? 0));
    return { first, second, commands, stages: stages.length };
  } finally {
    await site.close();
  }
}
