import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { inputVersion } from '../../../src/cluster/input-version.js';
import type { Subject } from '../../../src/cluster/subject.js';
import { taskQueue, type OperationInput, type Report } from '../../../src/workflows/messages.js';
import { startServer } from '../dev-server.js';
import { compiled, end, startWorker } from '../program.js';
import type { Counts } from './counts.js';
import { serveSite } from './serve.js';

/** A simulated site with kha's server and worker, each a process of its own. */
export interface OpenSite {
  readonly cluster: Cluster;
  readonly client: Client;
  /** How many commands each host was given since this was asked for last. */
  readonly asked: () => Counts;
  /** The same cluster with so many of its workers, and the site for it. */
  readonly withWorkers: (members: number) => Cluster;
  /** Lets the cluster that was installed be this one of more workers, as if all of them had come before. */
  readonly standsAs: (cluster: Cluster) => Promise<void>;
  /** Milliseconds that each command takes from now on. */
  readonly take: (milliseconds: number) => void;
  /** Installs, or adds hosts, and gives the run's report. Throws what is held or failed. */
  install(cluster: Cluster, subject?: Subject): Promise<Report>;
  /** The most memory that the worker had resident so far, in bytes. */
  memory(): number;
  close(): Promise<void>;
}

/** As many workers as are wanted beside the recorded control planes. */
export async function openSite(workers: number): Promise<OpenSite> {
  const site = await serveSite(workers);
  const server = await startServer();
  let worker: ChildProcess | undefined;
  let connection: Connection | undefined;
  const close = async (): Promise<void> => {
    await connection?.close();
    if (worker) await end(worker);
    await server.stop();
    await site.close();
  };
  try {
    worker = await startWorker(compiled('site/worker'), [server.address]);
    connection = await Connection.connect({ address: server.address });
  } catch (error) {
    await close();
    throw error;
  }
  const client = new Client({ connection });
  const { pid } = worker;
  return {
    cluster: site.cluster,
    asked: site.asked,
    withWorkers: (members) => site.withWorkers(members),
    standsAs: (cluster) => site.standsAs(cluster),
    take: (milliseconds) => site.take(milliseconds),
    client,
    install: (cluster, subject) => install(client, cluster, subject),
    memory: () => Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024,
    close,
  };
}

async function install(client: Client, cluster: Cluster, subject?: Subject): Promise<Report> {
  const input: OperationInput = { schema: inputVersion, kha: 'bench', mode: 'apply', cluster, subject };
  const handle = await client.workflow.start('installCluster', {
    taskQueue,
    workflowId: `cluster/${cluster.name}`,
    args: [input],
  });
  let ended = false;
  const result = (handle.result() as Promise<Report>).finally(() => (ended = true));
  // Where the run is held, that is what is told, and not that nobody waits for it any longer.
  result.catch(() => undefined);
  const watched = (async (): Promise<void> => {
    while (!ended) {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const { searchAttributes } = await handle.describe();
      if (!ended && searchAttributes['NeedsOperator']?.[0] === true) {
        const { progressOf } = await import('../../../src/client/progress.js');
        const { lines } = await progressOf(handle);
        throw new Error(`held: ${lines.find(({ state }) => state === 'held')?.problem}`);
      }
    }
  })();
  await Promise.race([result, watched.then(() => result)]);
  const report = await result;
  if (report.problems.length > 0) throw new Error(report.problems.join('\n'));
  return report;
}
