import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type NativeConnectionOptions,
  type WorkerOptions,
} from '@temporalio/worker';
import { Bundles } from './activities/bundles.js';
import { createActivities } from './activities/index.js';
import type { MakeManifest } from './activities/manifests.js';
import { madeManifest } from './bundle/add-ons/made.js';
import { imagesIn } from './bundle/add-ons/pod-images.js';
import { OpenedFiles } from './bundle/opened-files.js';
import { createLookAhead } from './activities/look-ahead.js';
import { createQuestions } from './activities/questions.js';
import { clusterOfRun } from './activities/cluster-of-run.js';
import { Relay } from './activities/relay.js';
import { Pool } from './activities/ssh/pool.js';
import { bundlerOptions } from './bundler-options.js';
import { dataConverter } from './engine/encryption.js';
import { metricsAddress } from './engine/metrics.js';
import { keepEndedRuns } from './engine/retention.js';
import { standingIdentity, takeOverActivities, workerIdentity } from './engine/take-over.js';
import { whenRemoved } from './engine/when-removed.js';
import type { Server } from './engine/connection.js';
import { runningCode } from './running-code.js';
import * as steps from './steps/index.js';
import type { Step } from './steps/step.js';
import { version } from './version.js';
import { siteQueue, taskQueue as usual } from './workflows/messages.js';

/** What a worker can do: the steps that its activities carry out, and the workflows that order them. */
export interface Abilities {
  readonly steps: readonly Step[];
  readonly workflows: Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>;
}

export interface WorkerSettings {
  readonly taskQueue?: string | undefined;
  /** Sites whose activities it carries out, and nothing else; without any, all that the task queue itself has. */
  readonly sites?: readonly string[] | undefined;
  /** kha's own unless told. */
  readonly abilities?: Abilities;
}

/**
 * Runs a worker of a task queue, or of sites of it, until it is told to stop (SIGTERM, SIGINT). What it began on hosts goes on
 * there without it.
 */
export async function runWorker(
  { options, namespace, engine }: Server,
  { taskQueue = usual, sites = [], abilities }: WorkerSettings = {},
): Promise<void> {
  // Where the server is gone there is nobody left to say goodbye to.
  const stopLooking = engine && whenRemoved(engine.id, () => process.exit(1));
  // Before anything else, while the files are still those that were loaded.
  const code = await runningCode();
  const bindAddress = metricsAddress();
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    ...(bindAddress ? { telemetryOptions: { metrics: { prometheus: { bindAddress } } } } : {}),
  });
  const connection = await patiently(() => NativeConnection.connect(options as NativeConnectionOptions));
  const converter = dataConverter();
  const able = abilities ?? { steps: Object.values(steps), workflows: workflows(converter) };
  const ordering = { ...able.workflows, ...(able.workflows.workflowBundle ? {} : { bundlerOptions }) };
  const client = new Client({ connection, namespace, dataConverter: converter });
  const pool = new Pool();
  const files = new OpenedFiles();
  const bundles = new Bundles(files.open);
  const lent = {
    pool,
    bundles,
    relay: new Relay(),
    makeManifest,
    imagesIn,
    cluster: clusterOfRun(),
    steps: able.steps,
    kha: version,
  };
  const work: WorkerOptions = {
    connection,
    namespace,
    taskQueue,
    dataConverter: converter,
    activities: {
      ...createActivities(lent),
      ...createLookAhead(lent),
      ...createQuestions(lent),
    },
    maxConcurrentActivityTaskExecutions: 200,
    // Unless told, the SDK passes on one heartbeat in 0.8 of its timeout: cancellation, which comes back by it, would be as slow.
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
    // Only this worker serves the embedded engine: a dead one's sticky queue is not worth the ten seconds' wait.
    ...(engine ? { stickyQueueScheduleToStartTimeout: '1s' } : {}),
    identity: engine ? await workerIdentity(code) : standingIdentity(code),
    shutdownGraceTime: '5s',
  };
  const queues = sites.length > 0 ? sites.map((site) => siteQueue(taskQueue, site)) : [taskQueue];
  const workers = await Promise.all(
    queues.map((queue) => Worker.create({ ...work, ...(sites.length > 0 ? {} : ordering), taskQueue: queue })),
  );
  if (engine) {
    await keepEndedRuns(client);
    await takeOverActivities(client, taskQueue);
  }
  console.log(
    `${new Date().toISOString()} worker ${process.pid} serves ${queues.join(', ')} at ${options.address ?? 'the default address'}`,
  );
  await untilOneEnds(workers);
  stopLooking?.();
  bundles.close();
  pool.close();
  await files[Symbol.asyncDispose]();
  await connection.close();
}

/** The others end with the first of them, however that ends: a process is not left serving some of its queues. */
async function untilOneEnds(workers: readonly Worker[]): Promise<void> {
  await Promise.all(
    workers.map(async (worker) => {
      try {
        await worker.run();
      } finally {
        for (const other of workers) if (other.getState() === 'RUNNING') other.shutdown();
      }
    }),
  );
}

const makeManifest: MakeManifest = (wanted, { ca, kubernetesVersion }) =>
  madeManifest(wanted, kubernetesVersion, { reach: { ca }, report: ({ what }) => console.log(what) });

/** A server that is just starting, or starting again, is waited for. */
async function patiently<T>(connect: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** The bundle that was built ahead: failures are converted within workflows too, so there is one for either way. */
function workflows({ failureConverterPath }: DataConverter): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const name = failureConverterPath ? 'workflow-bundle-encrypted.js' : 'workflow-bundle.js';
  const codePath = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: fileURLToPath(new URL('./workflows/index.js', import.meta.url)) };
}
