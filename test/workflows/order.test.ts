import { afterAll, beforeAll, expect, it } from 'vitest';
import { labelOf, type Line } from '../../src/workflows/messages.js';
import { openBench, type Bench } from './bench.js';
import { samples, subjects } from './samples.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/**
 * The activities of an install: each stage, and in it what each host goes through, in order. Hosts run ahead of each other
 * within a stage, so there is no order between them to tell.
 */
function order(lines: readonly Line[]): string {
  const stages = new Map<string, Map<string, string[]>>();
  for (const line of lines) {
    const hosts = stages.get(line.stage) ?? new Map<string, string[]>();
    const steps = hosts.get(labelOf(line)) ?? [];
    stages.set(line.stage, hosts.set(labelOf(line), [...steps, line.step]));
  }
  const told = [...stages].flatMap(([stage, hosts]) => {
    const alike = new Map<string, string[]>();
    for (const [host, steps] of hosts) {
      const path = steps.map((step) => `    ${step}`).join('\n');
      alike.set(path, [...(alike.get(path) ?? []), host]);
    }
    return [
      stage,
      ...[...alike]
        .map(([path, names]) => [`  ${names.sort().join(', ')}\n${path}`, path] as const)
        .sort()
        .map(([text]) => text),
    ];
  });
  return `${told.join('\n')}\n`;
}

// What these files show may change only behind `patched()` once a release has recorded it: see docs/versioning.md.
it.each(Object.entries(samples))(
  'the order of the activities of %s is as its golden file has it',
  async (name, cluster) => {
    await bench.run(cluster, { subject: subjects[name] }, async ({ handle, progress }) => {
      await handle.result();
      await expect(order((await progress()).lines)).toMatchFileSnapshot(`../golden/order/${name}.txt`);
    });
  },
);
