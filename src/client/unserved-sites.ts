import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { inputOfRun } from '../activities/input-of-run.js';
import type { Execution } from '../activities/cluster-of-run.js';
import type { Cluster } from '../cluster/cluster.js';
import { ForeignInput } from '../cluster/operation-input.js';
import { hostsAt, sitesOf } from '../cluster/sites.js';
import { hasOwnServer } from '../engine/connection.js';
import { siteQueue, taskQueueOf } from '../workflows/messages.js';
import { asked, isServed } from './task-queues.js';

export type AtSites = Pick<Cluster, 'name' | 'taskQueue' | 'hosts'>;

/** What starts a worker of a site. */
export const siteWorker = ({ taskQueue }: Pick<Cluster, 'taskQueue'>, site: string): string =>
  `kha worker --site ${site}${taskQueue ? ` --task-queue ${taskQueue}` : ''}`;

/** Says in words of each site that no worker serves it, after `patience` milliseconds for one that is just starting. */
export const unservedSites = async (
  client: Client,
  cluster: AtSites,
  patience = 3_000,
  ownServer = hasOwnServer(),
): Promise<string[]> =>
  (await Promise.all(sitesOf(cluster).map((site) => unserved(client, cluster, site, { patience, ownServer })))).flat();

/** The same of a run under way, time and again: what it was started with is read once. Of another kha's run nothing is said. */
export function unservedSitesOf({ workflowId, runId }: Execution): (client: Client) => Promise<string[]> {
  let known: AtSites | undefined;
  return async (client) => {
    try {
      known ??= (await inputOfRun(client, workflowId, runId)).cluster;
    } catch (error) {
      if (!(error instanceof ForeignInput)) throw error;
      known = { name: workflowId, hosts: [] };
    }
    return unservedSites(client, known, 0);
  };
}

async function unserved(
  client: Client,
  cluster: AtSites,
  site: string,
  { patience, ownServer }: { readonly patience: number; readonly ownServer: boolean },
): Promise<string[]> {
  const deadline = Date.now() + patience;
  while (!(await isServed(client, siteQueue(taskQueueOf(cluster), site), asked.activities))) {
    if (Date.now() < deadline) {
      await sleep(200);
      continue;
    }
    const [first, ...others] = hostsAt(cluster, site).map(({ name }) => name);
    const hosts = others.length > 0 ? `${first} and ${others.length} more` : first;
    const where = ownServer
      ? 'start it where these hosts and the control planes can be reached'
      : 'the embedded engine can be reached from this machine only: name a server that the site reaches (TEMPORAL_ADDRESS), here and there, and start where these hosts and the control planes can be reached';
    return [
      `no worker serves the site ${site}, so nothing happens to ${hosts} of cluster ${cluster.name} until one does\nNext: ${where}: ${siteWorker(cluster, site)}`,
    ];
  }
  return [];
}
