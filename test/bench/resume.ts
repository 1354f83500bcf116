import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { inputVersion } from '../../src/cluster/input-version.js';
import type { EngineStatus } from '../../src/engine/engine.js';
import { taskQueue, type OperationInput } from '../../src/workflows/messages.js';
import { ground, type Ground } from '../lab/ground.js';
import type { Bench } from './bench.js';
import type { Line } from './line.js';
import { serveSite } from './site/serve.js';

const kills = { 'the worker': ['worker'], 'the server': ['server'], both: ['server', 'worker'] } as const;
type Kill = keyof typeof kills;

/** Milliseconds that a simulated host takes for a command, so that steps are under way whenever something is killed. */
const delay = 200;
const patience = 60_000;

export const resume: Bench = {
  name: 'resume',
  title: 'Going on after a kill',
  how: 'The engine as kha starts it, with an install of three control planes and 100 workers, simulated hosts that take 200 ms for a command. In the midst of a stage its processes are killed with SIGKILL; its watcher starts them again. *Back* is when the server answers and, where it was killed, the new worker says that it serves; from then to the first start of a step or of another attempt of one.',
  full: { sizes: [100], runs: 3 },
  smallest: { sizes: [2], runs: 1 },
  async measure({ sizes, runs }) {
    const lines: Line[] = [];
    for (const size of sizes) {
      const found: Record<Kill, { back: number; next: number }[]> = { 'the worker': [], 'the server': [], both: [] };
      for (let run = 0; run < runs; run += 1)
        for (const kill of Object.keys(kills) as Kill[]) found[kill].push(await killed(size, kill));
      for (const kill of Object.keys(kills) as Kill[])
        lines.push(
          {
            what: `${size} workers, ${kill} killed: from being back to the next start`,
            runs: found[kill].map(({ next }) => next / 1_000),
            unit: 's',
            goal: { words: '≤ 2 s', median: 2 },
          },
          {
            what: `${size} workers, ${kill} killed: from the kill to being back`,
            runs: found[kill].map(({ back }) => back / 1_000),
            unit: 's',
          },
        );
    }
    return { lines };
  },
};

async function killed(workers: number, kill: Kill): Promise<{ back: number; next: number }> {
  const site = await serveSite(workers, delay);
  const own = ground('none');
  let client: Client | undefined;
  try {
    await own.done('engine', 'start');
    const status = await statusOf(own);
    client = await connected(status.address!);
    const workflowId = `cluster/${site.cluster.name}`;
    const input: OperationInput = { schema: inputVersion, kha: 'bench', mode: 'apply', cluster: site.cluster };
    await client.workflow.start('installCluster', { taskQueue, workflowId, args: [input] });
    await until(async () => (await startsOf(client!, workflowId)).some(({ step }) => step === 'setKernelParameters'));
    const at = Date.now();
    for (const name of kills[kill]) process.kill(status.processes[name]!, 'SIGKILL');
    await client.connection.close();
    client = await connected(status.address!);
    const wanted: readonly string[] = kills[kill];
    const back = wanted.includes('worker') ? await served(own, status.processes.worker!) : Date.now();
    const next = await until(async () => {
      const times = (await startsOf(client!, workflowId)).map(({ time }) => time).filter((time) => time > at);
      return times.length > 0 ? Math.min(...times) : undefined;
    });
    return { back: back - at, next: Math.max(0, next - back) };
  } finally {
    await client?.connection.close();
    await own.done('engine', 'stop');
    own.remove();
    await site.close();
  }
}

const statusOf = async ({ done }: Ground): Promise<EngineStatus> =>
  JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus;

const connected = (address: string): Promise<Client> =>
  until(async () => {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 }).catch(() => undefined);
    return connection && new Client({ connection });
  });

/** Steps that are under way, and when their attempt began. */
async function startsOf(client: Client, workflowId: string): Promise<{ step: string; time: number }[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? []).flatMap(({ activityType, lastStartedTime }) => {
    const time = optionalTsToMs(lastStartedTime);
    return time === undefined ? [] : [{ step: activityType?.name ?? '', time }];
  });
}

/** When another worker than that one said that it serves, by its log; milliseconds since 1970. */
const served = ({ folder }: Ground, before: number): Promise<number> =>
  until(() => {
    const log = readFileSync(join(folder, 'kha/engine/worker.log'), 'utf8');
    const said = [...log.matchAll(/^(\S+) worker (\d+) serves /gm)].find(([, , pid]) => Number(pid) !== before);
    return Promise.resolve(said && Date.parse(said[1]!));
  });

/** Asks until there is an answer. */
async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`nothing came of it in ${patience / 1_000} s: ${ask.toString()}`);
    await sleep(20);
  }
}
