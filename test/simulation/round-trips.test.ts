import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createActivities } from '../../src/activities/index.js';
import { createLookAhead } from '../../src/activities/look-ahead.js';
import * as steps from '../../src/steps/index.js';
import type { AheadInput } from '../../src/steps/step.js';
import type { Report } from '../../src/workflows/messages.js';
import { serveSite, type Served } from '../bench/site/serve.js';
import { openBench, type Activities, type Bench } from '../workflows/bench.js';
import { aroundHosts } from './around-hosts.js';
import { readRecording } from './recording.js';
import { watchedPool } from './watched-pool.js';
import { unused } from './unused.js';

let bench: Bench;
let site: Served;
beforeAll(async () => {
  [bench, site] = await Promise.all([openBench(), serveSite(1)]);
});
afterAll(() => Promise.all([bench.close(), site.close()]));

const worker = 'node-1';

/** By the first step of each stage that asks a worker. */
const wanted = {
  checkHost: 1,
  claimHost: 1,
  installPackages: 1,
  pullImages: 1,
  checkApiEndpoint: 1,
  joinWorker: 1,
  pointKubeletAtEndpoint: 1,
};

it('asks a worker with nothing to do once a stage', async () => {
  const first = new AsyncLocalStorage<string>();
  const asked: Record<string, number> = {};
  const pool = watchedPool((host, _, __, run) => {
    const step = first.getStore()!;
    if (host === worker) asked[step] = (asked[step] ?? 0) + 1;
    return run();
  });
  const around = aroundHosts(Object.values(steps), readRecording().cluster);
  const lent = {
    ...unused(),
    pool,
    steps: around,
    cluster: async () => Promise.resolve({ cluster: site.cluster }),
    kha: readRecording().kha,
  };
  const known: Activities = { ...createActivities(lent), ...createLookAhead(lent) };
  const activities = Object.fromEntries(
    Object.entries(known).map(([name, activity]): [string, Activities[string]] => [
      name,
      (input) => first.run((input as Partial<AheadInput>).steps?.[0] ?? name, () => activity(input)),
    ]),
  );
  const install = async (): Promise<Report> => {
    let report: Report | undefined;
    await bench.run(site.cluster, { activities }, async ({ handle }) => {
      report = (await handle.result()) as Report;
    });
    return report!;
  };
  try {
    expect(await install()).toMatchObject({ problems: [] });
    for (const step of Object.keys(asked)) delete asked[step];
    expect(await install()).toMatchObject({ changed: 0, problems: [] });
    expect(asked).toEqual(wanted);
  } finally {
    pool.close();
  }
}, 120_000);
