import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../src/activities/index.js';
import { createLookAhead } from '../../src/activities/look-ahead.js';
import { Pool } from '../../src/activities/ssh/pool.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import type { Mode } from '../../src/steps/step.js';
import * as steps from '../../src/steps/index.js';
import { version } from '../../src/version.js';
import type { Report } from '../../src/workflows/messages.js';
import { serveSite, type Served } from '../bench/site/serve.js';
import { openBench, type Activities, type Bench } from '../workflows/bench.js';
import { unused } from './unused.js';

/** Longer than a plan waits for a host, and shorter than a login may take; milliseconds. */
const silence = 3_500;
let attempts = 0;
/** A host that says nothing. */
const silent = createServer((socket) => {
  attempts += 1;
  socket.on('error', () => undefined);
  setTimeout(() => socket.destroy(), silence);
});

let site: Served;
let bench: Bench;
beforeAll(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  [site, bench] = await Promise.all([serveSite(1), openBench()]);
});
afterAll(async () => {
  silent.close();
  await bench.close();
  await site.close();
});

async function run(cluster: Cluster, mode: Mode): Promise<Report> {
  const pool = new Pool();
  const lent = {
    pool,
    ...unused(),
    steps: Object.values(steps),
    cluster: () => Promise.resolve({ cluster }),
    kha: version,
  };
  const activities: Activities = { ...createActivities(lent), ...createLookAhead(lent) };
  let report: Report | undefined;
  try {
    await bench.run(cluster, { mode, activities }, async ({ handle }) => {
      report = (await handle.result()) as Report;
    });
  } finally {
    pool.close();
  }
  return report!;
}

const without = (name: string): Cluster => {
  const { port } = silent.address() as AddressInfo;
  const hosts = site.cluster.hosts.map((host) => (host.name === name ? { ...host, ssh: { ...host.ssh, port } } : host));
  return { ...site.cluster, hosts };
};

describe('a plan with a control plane that does not answer', () => {
  const twice =
    'connects to it when it looks ahead and for the step that tells of it, and for no other host or step again';

  it(`of bare hosts ${twice}`, async () => {
    attempts = 0;
    const { problems } = await run(without('m2'), 'plan');
    expect(attempts).toBe(2);
    expect(problems).toContainEqual(expect.stringMatching(/^checkHost on m2: [^]*\nNothing more was asked of m2\.$/));
    // That cannot be told without it, which is told at once.
    expect(problems).toContainEqual(
      expect.stringContaining('compareHosts on m1 (by way of m2): it did not answer before'),
    );
    expect(problems).toContainEqual(
      expect.stringContaining('startEtcd on m3 (by way of m2): it did not answer before'),
    );
  }, 60_000);

  it(`of a cluster that stands ${twice}`, async () => {
    expect((await run(site.cluster, 'apply')).problems).toEqual([]);
    attempts = 0;
    const { problems } = await run(without('m1'), 'plan');
    expect(attempts).toBe(2);
    expect(problems).toContainEqual(expect.stringMatching(/^checkHost on m1: [^]*\nNothing more was asked of m1\.$/));
  }, 60_000);
});
