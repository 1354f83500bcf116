import type { Bench, Result } from '../bench.js';
import type { Line, Runs } from '../line.js';
import { versions } from '../python.js';
import { milliseconds } from '../stopwatch.js';
import { openGround } from './ground.js';
import { count } from './steps.js';

/** Hosts at most: it takes minutes where the others take seconds, a quarter of an hour for 300. */
const mostForAnsible = { cold: 100, warm: 20 };

export const fanout: Bench = {
  name: 'fanout',
  title: `${count} steps on many hosts`,
  how: `Each step finds that something is missing, changes it and looks again: three commands a step. Every host is an sshd of its own on an address of its own. All are whole processes, from their start to their end, each with logging in and checking host keys (bare ssh2 checks none). kha is a client that starts the workflow and waits for it; Temporal’s dev server with its history in a file, and the worker, run already, as they do between installs: *cold* is a worker that has no connection yet. pyinfra ${versions.pyinfra} goes to all hosts at once, ansible-core ${versions['ansible-core']}, up to ${mostForAnsible.cold} hosts and warm up to ${mostForAnsible.warm}, has 20 forks, pipelining and one task a step that does not look again; *warm* are connections that the run before left open. Bare ssh2 gives the same commands on one connection a host, and bears what sshd and the shells cost.`,
  full: { sizes: [20, 100, 300], runs: 3 },
  smallest: { sizes: [2], runs: 1 },
  async measure({ sizes, runs }): Promise<Result> {
    const lines: Line[] = [];
    for (const size of sizes) lines.push(...(await onHosts(size, runs)));
    return { lines };
  },
};

type Way = 'cold' | 'warm' | 'bare' | 'pyinfra' | 'ansible' | 'ansibleWarm';

async function onHosts(size: number, runs: number): Promise<Line[]> {
  const ground = await openGround(size);
  const { fleet, kha, bare, pyinfra, ansible, prove, withWorker } = ground;
  try {
    const found: Record<Way, number[]> = { cold: [], warm: [], bare: [], pyinfra: [], ansible: [], ansibleWarm: [] };
    const measure = async (way: Way, work: () => Promise<void>): Promise<void> => {
      fleet.bare();
      const seconds = (await milliseconds(work)) / 1_000;
      console.log(`  ${size} hosts, ${way}: ${seconds.toFixed(2)} s`);
      found[way].push(seconds);
      prove();
    };
    for (let run = 0; run < runs; run += 1) {
      await withWorker(async () => {
        await measure('cold', kha);
        await measure('warm', kha);
      });
      await measure('bare', bare);
      await measure('pyinfra', pyinfra);
      if (run > 0) continue;
      if (size <= mostForAnsible.cold) await measure('ansible', () => ansible({ cold: true }));
      if (size <= mostForAnsible.warm) await measure('ansibleWarm', () => ansible({ cold: false }));
    }
    return table(size, found);
  } finally {
    await ground.close();
  }
}

function table(size: number, { cold, warm, bare, pyinfra, ansible, ansibleWarm }: Record<Way, Runs>): Line[] {
  const line = (how: 'cold' | 'warm', what: string, runs: Runs, goal?: Line['goal']): Line => ({
    what: `kha, ${size} hosts, ${how}`,
    runs: how === 'cold' ? cold : warm,
    unit: 's',
    against: { what, runs },
    ...(goal && { goal }),
  });
  return [
    line('cold', 'pyinfra', pyinfra, { words: 'no slower', ratio: 1 }),
    line('cold', 'bare ssh2', bare, { words: '≤ 2.5', ratio: 2.5 }),
    ...(ansible.length > 0 ? [line('cold', 'Ansible, cold', ansible, { words: '≤ 1 / 15', ratio: 1 / 15 })] : []),
    ...(ansibleWarm.length > 0 ? [line('warm', 'Ansible, warm', ansibleWarm)] : []),
  ];
}
