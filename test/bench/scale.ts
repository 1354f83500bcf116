import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import { sizes as sizesOf } from '../workflows/large.js';
import type { Bench } from './bench.js';
import type { Line } from './line.js';
import { compiled, ended } from './program.js';
import { openSite, type OpenSite } from './site/open.js';
import { milliseconds } from './stopwatch.js';

const megabyte = 1024 ** 2;
/** Numbers of workers that the goals are about. */
const goals = { memory: { at: 1_000, most: 600 }, replay: 2, events: 10_000, payload: 2 * 1024 };

export const scale: Bench = {
  name: 'scale',
  title: 'Installs of large clusters',
  how: 'Whole installs by kha’s own workflows, steps and SSH, of three control planes and so many workers, all simulated: an SSH server answers each of them as the lab’s hosts answered when an install of theirs was recorded. Server, worker and simulated hosts are a process each on this machine, so the time is theirs together. Memory is the most that the worker had resident; its histories are the run’s and those of its waves.',
  full: { sizes: [10, 100, 1_000, 5_000], runs: 1 },
  smallest: { sizes: [2], runs: 1 },
  async measure({ sizes, runs }) {
    const lines: Line[] = [];
    const first: number[] = [];
    const memoryAtGoal: number[] = [];
    for (const size of sizes) {
      const found: Measured[] = [];
      for (let run = 0; run < runs; run += 1) found.push(await installed(size));
      const of = (what: keyof Measured): number[] => found.map((one) => one[what]);
      if (first.length === 0) first.push(...of('perHost'));
      if (size === goals.memory.at) memoryAtGoal.push(...of('memory'));
      const against = { what: `${sizes[0]} workers`, runs: first };
      lines.push(
        {
          what: `${size} workers: time a host`,
          runs: of('perHost'),
          unit: 's',
          ...(size === sizes[0] ? {} : { against, goal: { words: 'falling or flat', ratio: 1.05 } }),
        },
        {
          what: `${size} workers: the worker’s memory`,
          runs: of('memory'),
          unit: 'MB',
          ...(size === goals.memory.at
            ? { goal: { words: `≤ ${goals.memory.most} MB`, median: goals.memory.most } }
            : {}),
          ...(size > goals.memory.at && memoryAtGoal.length > 0
            ? {
                against: { what: `${goals.memory.at} workers`, runs: memoryAtGoal },
                goal: { words: 'less than in proportion', ratio: size / goals.memory.at },
              }
            : {}),
        },
        {
          what: `${size} workers: replay of the longest history, processor time`,
          runs: of('replay'),
          unit: 's',
          goal: { words: `≤ ${goals.replay} s`, median: goals.replay },
        },
        {
          what: `${size} workers: events in it`,
          runs: of('events'),
          unit: '',
          goal: { words: '≤ 10,000', median: goals.events },
        },
        {
          what: `${size} workers: largest payload`,
          runs: of('payload'),
          unit: 'KB',
          goal: { words: '≤ 2 MB, which is Temporal’s limit', median: goals.payload },
        },
      );
    }
    return { lines };
  },
};

interface Measured {
  readonly perHost: number;
  readonly memory: number;
  readonly replay: number;
  readonly events: number;
  readonly payload: number;
}

async function installed(workers: number): Promise<Measured> {
  const site = await openSite(workers);
  try {
    const seconds = (await milliseconds(() => site.install(site.cluster))) / 1_000;
    const memory = site.memory() / megabyte;
    console.log(`  ${workers} workers: ${seconds.toFixed(1)} s, ${memory.toFixed(0)} MB`);
    return { perHost: seconds / site.cluster.hosts.length, memory, ...(await histories(site)) };
  } finally {
    await site.close();
  }
}

/** Of the run and its waves. */
async function histories({ client, cluster }: OpenSite): Promise<Pick<Measured, 'replay' | 'events' | 'payload'>> {
  const found = { events: 0, payload: 0 };
  let longest: readonly [workflowId: string, history: proto.temporal.api.history.v1.IHistory] | undefined;
  for await (const { workflowId, runId } of client.workflow.list()) {
    if (!`${workflowId}/`.startsWith(`cluster/${cluster.name}/`)) continue;
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const { events, largestPayload } = sizesOf(history);
    found.payload = Math.max(found.payload, largestPayload / 1024);
    if (events <= found.events) continue;
    found.events = events;
    longest = [workflowId, history];
  }
  if (!longest) throw new Error('no history was found');
  return { ...found, replay: await replay(...longest) };
}

/** Not in this process: it has thousands of simulated hosts to answer for, and their memory to look through. */
async function replay(workflowId: string, history: proto.temporal.api.history.v1.IHistory): Promise<number> {
  const folder = mkdtempSync('/var/tmp/kha-bench-');
  const file = join(folder, 'history');
  try {
    writeFileSync(file, proto.temporal.api.history.v1.History.encode(history).finish());
    return Number(await ended(process.execPath, [compiled('site/replay'), file, workflowId]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
