import { afterAll, beforeAll, expect, it } from 'vitest';
import { Simulation } from './simulate.js';

/** `npm run test:simulation -- --schedules N --seed S`; a failing seed that was mended stands in `mended` for ever. */
const schedules = Number(process.env['KHA_SCHEDULES'] ?? 100);
const first = Number(process.env['KHA_SEED'] ?? 1);
const mended: readonly number[] = [];
const atOnce = 24;

const simulation = new Simulation();
beforeAll(() => simulation.open());
afterAll(() => simulation.close());

it(
  `ends Ready under ${schedules} schedules of faults, with every law kept`,
  async () => {
    const seeds = [...mended, ...Array.from({ length: schedules }, (_, index) => first + index)];
    const failures: string[] = [];
    let faults = 0;
    let holds = 0;
    const begun = Date.now();
    const work = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const { happened, held, problems } = await simulation.run(seed);
        faults += happened.length;
        holds += held.length;
        if (problems.length > 0)
          failures.push(`seed ${seed}: ${problems.slice(0, 5).join('\n  ')}\n  after: ${happened.join('; ')}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    console.log(
      `${schedules} schedules, ${faults} faults, ${holds} holds answered, in ${Math.round((Date.now() - begun) / 1000)} s`,
    );
    expect(failures.slice(0, 10).join('\n')).toBe('');
    expect(faults).toBeGreaterThan(schedules);
  },
  60_000 + schedules * 10_000,
);
