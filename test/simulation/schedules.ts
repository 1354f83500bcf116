import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Simulation } from './simulate.js';

/** `npm run test:simulation -- --schedules N --seed S`; a failing seed that was mended stands in `mended` for ever. */
const schedules = Number(process.env['KHA_SCHEDULES'] ?? 120);
const first = Number(process.env['KHA_SEED'] ?? 1);
const mended: readonly number[] = [175, 344, 490];
const atOnce = 12;
/** A test server gets slower with every run it has had: after a hundred a schedule costs it twice as much. */
const perServer = 50;

/** Runs one half of the schedules: each half is a file of its own, and so a process of its own. */
export function simulateHalf(half: 0 | 1): void {
  const all = [...mended, ...Array.from({ length: schedules }, (_, index) => first + index)];
  const count = Math.ceil(all.length / 2 / perServer);
  const parts = Array.from({ length: count }, (_, part) => ({
    part: part + 1,
    seeds: all.filter((_, index) => index % (2 * count) === 2 * part + half),
  }));
  describe.each(parts)(`schedules, part $part of ${count}`, ({ seeds }) => {
    const simulation = new Simulation();
    beforeAll(() => simulation.open());
    afterAll(() => simulation.close());

    it('end Ready under faults, with every law kept', () => prove(simulation, seeds), 60_000 + seeds.length * 10_000);
  });
}

async function prove(simulation: Simulation, seeds: readonly number[]): Promise<void> {
  const failures: string[] = [];
  const count = { faults: 0, holds: 0 };
  const begun = Date.now();
  const left = [...seeds];
  const work = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const { happened, held, problems } = await simulation.run(seed);
      count.faults += happened.length;
      count.holds += held.length;
      if (problems.length === 0) continue;
      failures.push(`seed ${seed}: ${problems.slice(0, 5).join('\n  ')}\n  after: ${happened.join('; ')}`);
      console.log(failures.at(-1));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const seconds = Math.round((Date.now() - begun) / 1000);
  console.log(`${seeds.length} schedules, ${count.faults} faults, ${count.holds} holds answered, in ${seconds} s`);
  expect(failures.slice(0, 10).join('\n')).toBe('');
  expect(count.faults).toBeGreaterThan(seeds.length);
}
