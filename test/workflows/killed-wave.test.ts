import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { progressOf } from '../../src/client/progress.js';
import { inputVersion } from '../../src/cluster/input-version.js';
import { isWorkerOnly } from '../../src/cluster/roles.js';
import { writeSettings } from '../../src/engine/settings.js';
import { hostsOf, taskQueue, type OperationInput } from '../../src/workflows/messages.js';
import type { WaveInput } from '../../src/workflows/wave.js';
import { startServer, type Started } from '../bench/dev-server.js';
import { end, startWorker } from '../bench/program.js';
import { serveSite, type CarriedOut, type Served } from '../bench/site/serve.js';
import { inRoot } from '../root.js';
import { bundled } from './bench.js';

/** Waves of eight, of which four are under way at once: see small-waves/sizes.ts. */
const workers = 48;
const folder = mkdtempSync('/var/tmp/kha-wave-');
const codePath = join(folder, 'workflow-bundle.js');
const engine = 'of-small-waves';

interface Given extends CarriedOut {
  readonly at: number;
}
/** All that workers carried out. */
const given: Given[] = [];
let told: (what: Given) => void = () => undefined;

let site: Served;
let server: Started;
let client: Client;
let worker: ChildProcess;

beforeAll(async () => {
  // The engine's worker looks whether the engine is still there.
  vi.stubEnv('XDG_STATE_HOME', folder);
  await writeSettings({ id: engine, port: 1, uiPort: 1 });
  const small = await bundled('../../src/workflows/index.ts', { './sizes.js': './small-waves/sizes.ts' });
  writeFileSync(codePath, small.code);
  site = await serveSite(workers, 0, (what) => {
    if (!isWorker.has(what.host)) return;
    const one = { ...what, at: Date.now() };
    given.push(one);
    told(one);
  });
  server = await startServer();
  client = new Client({ connection: await Connection.connect({ address: server.address }) });
  worker = await start();
});
afterAll(async () => {
  if (worker) await end(worker);
  await client?.connection.close();
  await server?.stop();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

const isWorker = {
  has: (name: string): boolean => site.cluster.hosts.some((host) => host.name === name && isWorkerOnly(host)),
};
const start = (): Promise<ChildProcess> =>
  startWorker(inRoot('test/workflows/small-waves/worker.mjs'), [server.address, engine, codePath]);

/** Kills the worker when hosts have carried out so many of such commands, before it can hear of the last; gives the time. */
const killedAt = (count: number, such: (what: CarriedOut) => boolean): Promise<number> =>
  new Promise((resolve) => {
    let left = count;
    told = (what) => {
      if (!such(what) || (left -= 1) !== 0) return;
      worker.kill('SIGKILL');
      resolve(what.at);
    };
  });

/** The script of a unit that is started, or the file that is written; undefined where nothing is changed so. */
const changeIn = ({ command, stdin }: CarriedOut): string | undefined =>
  command.includes('systemd-run -q ') ? stdin : /mv -fT "\$file" ([^;]+);/.exec(command)?.[1];
const joins = (what: CarriedOut): boolean => changeIn(what)?.includes('kubeadm join') ?? false;

interface Wave extends Pick<WaveInput, 'stage' | 'hosts' | 'busy'> {
  readonly begun: number;
  readonly ended: number;
}

/** The waves of a run that has ended. */
async function wavesOf(handle: WorkflowHandle): Promise<Wave[]> {
  const { events } = await handle.fetchHistory();
  const ends = new Map<string, number>();
  for (const { childWorkflowExecutionCompletedEventAttributes: done, eventTime } of events!)
    if (done) ends.set(String(done.initiatedEventId), tsToMs(eventTime));
  return events!.flatMap(({ eventId, eventTime, startChildWorkflowExecutionInitiatedEventAttributes: begun }) => {
    if (!begun) return [];
    const input = JSON.parse(Buffer.from(begun.input!.payloads![0]!.data!).toString()) as WaveInput;
    return [{ ...input, begun: tsToMs(eventTime), ended: ends.get(String(eventId))! }];
  });
}

it('goes on amid its waves after its worker was killed there, twice, and repeats nothing of what was done', async () => {
  const input: OperationInput = { schema: inputVersion, kha: 'test', mode: 'apply', cluster: site.cluster };
  const prepared = killedAt(36, (what) => changeIn(what) === '/etc/hosts');
  const handle = await client.workflow.start('installCluster', { taskQueue, workflowId: 'cluster/sim', args: [input] });
  const kills = [await prepared];
  const joining = killedAt(36, joins);
  worker = await start();
  kills.push(await joining);
  worker = await start();
  const state = async (): Promise<string> => {
    const { status, searchAttributes } = await handle.describe();
    if (searchAttributes['NeedsOperator']?.[0] !== true) return status.name;
    return JSON.stringify((await progressOf(handle)).lines.filter((line) => line.state === 'held'));
  };
  await expect.poll(state, { timeout: 90_000, interval: 300 }).not.toBe('RUNNING');
  expect(await state()).toBe('COMPLETED');

  const { phase, lines } = await progressOf(handle);
  // A worker that had joined when the kill came, and whose attempt had not ended, has nothing missing at the next one.
  const joined = lines
    .filter(({ step, state }) => step === 'joinWorker' && (state === 'changed' || state === 'done'))
    .flatMap(hostsOf);
  const all = site.cluster.hosts.filter(isWorkerOnly).map(({ name }) => name);
  expect(phase).toBe('done');
  expect(joined.toSorted()).toEqual(all.toSorted());
  expect(
    given
      .filter(joins)
      .map(({ host }) => host)
      .toSorted(),
  ).toEqual(all.toSorted());

  const waves = await wavesOf(handle);
  for (const [index, stage] of ['Prepare hosts', 'Workers'].entries()) {
    const at = kills[index]!;
    const ended = waves.filter((wave) => wave.stage === stage && wave.ended < at);
    expect(ended).not.toEqual([]);
    expect(waves.filter((wave) => wave.stage === stage && wave.ended > at)).not.toEqual([]);
    for (const host of ended.flatMap(({ hosts }) => hosts)) {
      const next = waves.find(({ begun, hosts }) => begun > at && hosts.includes(host))!;
      expect(given.filter((one) => one.host === host && one.at > at && one.at < next.begun)).toEqual([]);
    }
  }
  // A step that was cut off is looked at anew; nothing is changed a second time but by such a one.
  const underWay = new Set(
    kills.flatMap((at) => waves.filter(({ begun, ended }) => begun < at && ended > at).flatMap(({ hosts }) => hosts)),
  );
  const times = new Map<string, number>();
  for (const one of given) {
    const change = changeIn(one);
    const key = `${one.host} ${change}`;
    if (change !== undefined) times.set(key, (times.get(key) ?? 0) + 1);
  }
  const most = (key: string): number => (underWay.has(key.split(' ', 1)[0]!) ? 2 : 1);
  expect([...times].filter(([key, count]) => count > most(key))).toEqual([]);

  // Something was missing on all of them when they were prepared, which the second worker knows from the history.
  const later = waves.filter(({ begun, stage }) => begun > kills[0]! && stage !== 'Prepare hosts');
  expect(later.length).toBeGreaterThan(2 * (workers / 8));
  expect(later.filter(({ busy }) => busy !== 'all')).toEqual([]);
}, 150_000);
