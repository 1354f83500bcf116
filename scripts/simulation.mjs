// npm run test:simulation -- --schedules 1000 [--seed 1]: installs on simulated hosts under random faults.
import { parseArgs } from 'node:util';
import { main, run, setUp } from './setup.mjs';

main(() => {
  const { values } = parseArgs({ options: { schedules: { type: 'string' }, seed: { type: 'string' } } });
  for (const [name, value] of Object.entries(values))
    if (!/^\d+$/.test(value)) throw new Error(`--${name} is a whole number, not ${value}`);
  setUp();
  const env = { ...process.env, KHA_SCHEDULES: values.schedules ?? '1000', KHA_SEED: values.seed ?? '1' };
  run('npx', ['vitest', 'run', '--project', 'simulation'], { env });
});
