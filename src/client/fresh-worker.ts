import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Cluster } from '../cluster/cluster.js';
import { sitesOf } from '../cluster/sites.js';
import { reported } from '../engine/report.js';
import { codeOf } from '../engine/take-over.js';
import { runningCode } from '../running-code.js';
import { siteQueue, taskQueue, taskQueueOf } from '../workflows/messages.js';
import type { Connected } from './connect.js';
import { asked, pollersOf, type AskedFor } from './task-queues.js';
import { tell } from './tell.js';
import { siteWorker } from './unserved-sites.js';

/** Milliseconds for which a worker that is just starting is waited for. */
const patience = 3_000;

/**
 * Sees to it that what is about to be begun is carried out by a worker of this very code, as another may not read what it is
 * given. The engine's own worker is renewed where no run is under way; otherwise, and of workers elsewhere, it is said in
 * words what to do.
 */
export async function freshWorker(
  { client, server }: Connected,
  cluster: Pick<Cluster, 'taskQueue' | 'hosts'>,
): Promise<void> {
  const queue = taskQueueOf(cluster);
  const own = await runningCode();
  const elsewhere = async (what: string, name: string, kind: AskedFor, command: string): Promise<void> => {
    const other = otherCode(await identities(client, name, kind), own);
    if (other)
      console.error(
        `the worker of ${what} is of kha ${other}, this is kha ${own}: it may not read what it is given\nNext: restart it where it runs: ${command}`,
      );
  };
  for (const site of sitesOf(cluster))
    await elsewhere(`site ${site}`, siteQueue(queue, site), asked.activities, siteWorker(cluster, site));
  if (!server.engine || queue !== taskQueue)
    return elsewhere(`task queue ${queue}`, queue, asked.workflows, 'kha worker');
  const { engineWorker, renewWorker } = await import('../engine/engine.js');
  const pid = await engineWorker();
  if (pid === undefined) return;
  const other = otherCode(await ofProcess(client, queue, pid), own);
  if (other === undefined) return;
  const differs = `the engine’s worker is of kha ${other}, this is kha ${own}`;
  const open = await runsUnderWay(client);
  if (open.length > 0)
    return console.error(
      `${differs}: it is left as it is, as runs are under way (${open.join(', ')}), and may not read what it is given\nNext: kha engine stop, and the same command again: this kha’s worker then carries them on, and what they began on hosts goes on meanwhile`,
    );
  await reported(tell, `Restarting the worker, as no run is under way: ${differs}`, () => renewWorker(pid));
}

/** The code of workers where none of them has this one; undefined where one has it, or none is there. */
export function otherCode(workers: readonly string[], own: string): string | undefined {
  const found = workers.map((identity) => codeOf(identity) ?? 'an older kha');
  return found.includes(own) ? undefined : found[0];
}

const identities = async (client: Client, name: string, kind: AskedFor): Promise<string[]> =>
  (await pollersOf(client, name, kind)).map(({ identity }) => identity);

/** The engine's worker among those that the server knows, which for some minutes are dead ones too. */
async function ofProcess(client: Client, name: string, pid: number): Promise<string[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = (await identities(client, name, asked.workflows)).filter((identity) =>
      identity.startsWith(`kha-engine/${pid}/`),
    );
    if (found.length > 0 || Date.now() >= deadline) return found;
    await sleep(200);
  }
}

async function runsUnderWay(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    ids.push(workflowId);
    if (ids.length === 5) break;
  }
  return ids;
}
