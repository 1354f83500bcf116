import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedBundle } from '../../src/bundle/build/build.js';
import { startServer, type Started } from '../bench/dev-server.js';
import { ground } from '../lab/ground.js';
import { forward, type Forwarder } from './forward.js';
import { network, type Network } from './two-networks.js';

/** One control plane here and one worker at a site, each reached from a network that the other’s worker of kha is not in. */
const name = 'two-sites';
let address = '';
const { kha, done, spec, folder, remove } = ground(name, {}, () =>
  address === '' ? [] : ['env', `TEMPORAL_ADDRESS=${address}`],
);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const file = join(folder, 'b.tar');
const log = (of: string): string => join(folder, `worker-${of}.log`);
let server: Started;
/** Where the server is reached from both networks. */
let door: Forwarder;
let here: Network;
let berlin: Network;
/** By name; process ids of workers of kha, in the order in which they were started. */
let hosts: Readonly<Record<string, string>>;
const pids: Record<'here' | 'berlin', number[]> = { here: [], berlin: [] };

function start(of: keyof typeof pids, ...args: string[]): void {
  const env = { XDG_STATE_HOME: folder, TEMPORAL_ADDRESS: address };
  const { pid = 0 } = (of === 'here' ? here : berlin).worker(log(of), env, ...args);
  pids[of].push(pid);
}

beforeAll(async () => {
  symlinkSync(await cachedBundle(({ what, state }) => console.log(state, what)), file);
  await lab('up', '--control-planes', '1', '--workers', '1', '--source', file);
  writeFileSync(spec, readFileSync(spec, 'utf8').replace('roles: [worker] }', 'roles: [worker], site: berlin }'));
  const status = JSON.parse(await lab('status', '--output', 'json')) as { hosts: { name: string; address: string }[] };
  hosts = Object.fromEntries(status.hosts.map((host) => [host.name, host.address]));
  const [, net = '', index = ''] = /^(10\.200\.(\d+))\./.exec(hosts['m1']!) ?? [];
  server = await startServer();
  door = await forward(`${net}.1`, server.address);
  ({ address } = door);
  here = await network(`kha${index}`, `kha${index}-here`, `${net}.5`, [`${net}.1`, hosts['m1']!]);
  berlin = await network(`kha${index}`, `kha${index}-berlin`, `${net}.6`, [`${net}.1`, hosts['m1']!, hosts['w1']!]);
});
afterAll(async () => {
  await here.remove();
  await berlin.remove();
  await door.close();
  await server.stop();
  await lab('down');
  remove();
});

interface Ran {
  readonly step: string;
  readonly queue: string;
  readonly host: string;
  /** Process id of the worker of kha. */
  readonly by: number;
}

/** Every activity of the last run: its queue, its host, and who carried it out. */
async function ran(): Promise<Ran[]> {
  const connection = await Connection.connect({ address });
  try {
    const { events } = await new Client({ connection }).workflow.getHandle(`cluster/${name}`).fetchHistory();
    const { EVENT_TYPE_ACTIVITY_TASK_STARTED: started } = temporal.api.enums.v1.EventType;
    return (events ?? []).flatMap(({ eventType, activityTaskStartedEventAttributes: one }) => {
      if (eventType !== started || !one) return [];
      const scheduled = events!.find(({ eventId }) => String(eventId) === String(one.scheduledEventId));
      const { activityType, taskQueue, input } = scheduled!.activityTaskScheduledEventAttributes!;
      const given = JSON.parse(Buffer.from(input!.payloads![0]!.data!).toString()) as {
        host?: string;
        hosts?: string[];
        oneOf?: string[];
      };
      return [
        {
          step: activityType!.name!,
          queue: taskQueue!.name!,
          host: given.host ?? (given.hosts ?? given.oneOf!).join(),
          by: Number(/^kha\/(\d+)@/.exec(one.identity ?? '')?.[1]),
        },
      ];
    });
  } finally {
    await connection.close();
  }
}

function eachItsOwn({ step, queue, host, by }: Ran): void {
  const [wanted, workers] = host === 'w1' ? ['kubernetes-ha/berlin', pids.berlin] : ['kubernetes-ha', pids.here];
  expect(queue, `${step} on ${host}`).toBe(wanted);
  expect(workers, `${step} on ${host}`).toContain(by);
}

describe('two workers, each in a network of its own', () => {
  it('reach the control plane both, and the site’s host only from there', async () => {
    expect(await Promise.all(['m1', 'w1'].map((host) => here.reaches(hosts[host]!)))).toEqual([true, false]);
    expect(await Promise.all(['m1', 'w1'].map((host) => berlin.reaches(hosts[host]!)))).toEqual([true, true]);
  });

  it('install one cluster: it waits for the site, says what to start there, and goes on with it', async () => {
    // Either of two on one queue is enough.
    start('here');
    start('here');
    const install = kha('install', spec);
    const words = /no worker serves the site berlin, .* w1 of cluster two-sites .*\n.*: kha worker --site berlin/;
    const status = async (): Promise<string> => (await kha('status', name, '--steps')).stdout;
    await expect.poll(status, { timeout: 120_000, interval: 500 }).toMatch(/checkRegistry/);
    expect(await status()).toMatch(words);
    start('berlin', '--site', 'berlin');
    const { code, stdout, stderr } = await install;
    expect(`${code} ${stdout.slice(-1500)} ${stderr.slice(-1500)}`).toMatch(/^0 .*Kubernetes v1\.37\.2 stands/s);
    expect(stderr).toMatch(words);
    const nodes = await lab('kubectl', 'get', 'nodes', '--no-headers');
    expect(nodes.match(/ Ready /g), nodes).toHaveLength(2);
  });

  it('do each the steps of their own hosts', async () => {
    const all = await ran();
    expect(all.length).toBeGreaterThan(50);
    for (const one of all) eachItsOwn(one);
    expect(all).toContainEqual({ step: 'joinWorker', queue: 'kubernetes-ha/berlin', host: 'w1', by: pids.berlin[0] });
  });

  it('have nothing to do the second time, for which one of two on a queue is enough', async () => {
    const [busy] = (await ran()).filter(({ queue }) => queue === 'kubernetes-ha').map(({ by }) => by);
    process.kill(busy!, 'SIGKILL');
    const { code, stdout, stderr } = await kha('install', spec);
    expect(`${code} ${stdout}`).toMatch(/^0 .*nothing to do/s);
    expect(stderr).not.toContain('no worker');
    const all = await ran();
    const looked = all.filter(({ step }) => step === 'lookAhead').map(({ host }) => host);
    expect(new Set(looked)).toEqual(new Set(['m1', 'w1']));
    expect(all.length).toBeGreaterThan(30);
    for (const one of all) eachItsOwn(one);
    expect(all.map(({ by }) => by)).not.toContain(busy);
  });
});
