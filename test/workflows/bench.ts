import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type { Cluster } from '../../src/cluster/cluster.js';
import type { Subject } from '../../src/cluster/subject.js';
import { inputVersion } from '../../src/cluster/input-version.js';
import type { OperationInput } from '../../src/cluster/operation-input.js';
import { sitesOf } from '../../src/cluster/sites.js';
import { temporalCli, temporalTestServer } from '../../src/engine/temporal-cli.js';
import * as steps from '../../src/steps/index.js';
import type {
  AheadInput,
  AheadResult,
  BatchInput,
  BatchResult,
  Mode,
  OnceInput,
  StepInput,
  StepResult,
} from '../../src/steps/step.js';
import { onAll } from '../../src/activities/batch.js';
import { progressOf } from '../../src/client/progress.js';
import { searchAttributes, siteQueue, type Progress } from '../../src/workflows/messages.js';

/** What a test lets a step's activity do; without a word it is done. */
export type Behaviour = (
  step: string,
  input: StepInput,
  attempt: number,
) => Promise<Partial<StepResult> | void> | Partial<StepResult> | void;

export interface Call extends StepInput {
  readonly step: string;
}

export type Activities = Record<string, (input: never) => Promise<StepResult | BatchResult | AheadResult>>;

/** What a look ahead finds done on fake hosts; nothing unless told. */
export type Ahead = (input: AheadInput) => AheadResult | Promise<AheadResult>;

/** How an operation is started, where it is not an install of the whole cluster. */
interface Started {
  readonly mode?: Mode;
  readonly subject?: Subject | undefined;
  readonly workflow?: string;
  readonly id?: string;
}

/** One server and one bundle for a file of tests; every run has its own task queue and fake activities. */
export interface Bench {
  readonly bundle: WorkflowBundle;
  readonly environment: TestWorkflowEnvironment;
  worker(taskQueue: string, activities: Activities): Promise<Worker>;
  /** Starts an operation that a worker of that task queue carries out. */
  start(cluster: Cluster, taskQueue: string, options?: Started): Promise<Run>;
  /** Starts an operation on fake hosts, or with activities of the caller's, and ends its workers when the test's work is over. */
  run(
    cluster: Cluster,
    options: Started & { behaviour?: Behaviour; ahead?: Ahead; activities?: Activities },
    work: (run: Run) => Promise<void>,
  ): Promise<Call[]>;
  close(): Promise<void>;
}

export interface Run {
  readonly handle: WorkflowHandle;
  readonly progress: () => Promise<Progress>;
  /** Waits until the progress is as a test wants it. */
  readonly until: (condition: (progress: Progress) => boolean) => Promise<Progress>;
}

/**
 * A server that skips the time in which nobody is at work. An activity that ends while it is cancelled is lost there, and
 * its run with it.
 */
async function timeSkippingServer(): Promise<TestWorkflowEnvironment> {
  const path = await temporalTestServer(() => undefined);
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  await environment.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: { Phase: keyword, NeedsOperator: boolean },
  });
  return environment;
}

/** The server that engines have, without a file. */
export async function devServer(): Promise<TestWorkflowEnvironment> {
  const path = await temporalCli(() => undefined);
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      extraArgs: Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    },
  });
}

export async function openBench(server = timeSkippingServer): Promise<Bench> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const [environment, bundle] = await Promise.all([server(), bundled('../../src/workflows/index.ts')]);
  const worker: Bench['worker'] = (taskQueue, activities) =>
    Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle: bundle,
      activities,
      maxHeartbeatThrottleInterval: '100ms',
    });
  const start: Bench['start'] = async (
    cluster,
    taskQueue,
    { mode = 'apply', subject, workflow = 'installCluster', id = `cluster/${cluster.name}/${randomUUID()}` } = {},
  ) => {
    const handle = await environment.client.workflow.start(workflow, {
      workflowId: id,
      taskQueue,
      args: [{ schema: inputVersion, kha: 'test', cluster, mode, subject } satisfies OperationInput],
    });
    const progress = (): Promise<Progress> => progressOf(handle);
    const until = async (condition: (progress: Progress) => boolean): Promise<Progress> => {
      const deadline = Date.now() + 50_000;
      for (;;) {
        const now = await progress();
        if (condition(now)) return now;
        if (Date.now() > deadline)
          throw new Error(`the run did not come to what the test waits for: ${JSON.stringify(now).slice(-2000)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    return { handle, progress, until };
  };
  return {
    bundle,
    environment,
    worker,
    start,
    close: () => environment.teardown(),
    async run(cluster, { behaviour = () => undefined, ahead = () => [], activities, ...options }, work) {
      const calls: Call[] = [];
      const taskQueue = randomUUID();
      const queues = [taskQueue, ...sitesOf(cluster).map((site) => siteQueue(taskQueue, site))];
      const able = activities ?? fakes(calls, behaviour, Object.keys(steps), ahead);
      const workers = await Promise.all(queues.map((queue) => worker(queue, able)));
      await whileAllRun(workers, async () => work(await start(cluster, taskQueue, options)));
      return calls;
    },
  };
}

/** Lets all of them run until the work is over. */
export const whileAllRun = async ([first, ...others]: readonly Worker[], work: () => Promise<void>): Promise<void> =>
  first === undefined ? work() : first.runUntil(() => whileAllRun(others, work));

/** IndexedValueType of Temporal's API. */
const [keyword, boolean] = [2, 5];

/** `instead`: modules by the name under which they are imported, and the files here that stand in for them. */
export const bundled = (workflows: string, instead: Readonly<Record<string, string>> = {}): Promise<WorkflowBundle> => {
  const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  const others = Object.fromEntries(Object.entries(instead).map(([name, file]) => [`${name}$`, path(file)]));
  return bundleWorkflowCode({
    workflowsPath: path(workflows),
    preloadModules: [path('../../src/workflows/stack-depth.ts')],
    logger: new DefaultLogger('ERROR'),
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, alias: { ...config.resolve?.alias, ...others } },
    }),
  });
};

/** An activity for every step of the catalogue, and for the steps of the fixtures. */
export function fakes(
  calls: Call[],
  behaviour: Behaviour,
  names = Object.keys(steps),
  ahead: Ahead = () => [],
): Activities {
  const attempts = new Map<string, number>();
  const on = async (step: string, input: StepInput): Promise<StepResult> => {
    const key = `${step}/${input.host}/${input.mode}`;
    attempts.set(key, (attempts.get(key) ?? 0) + 1);
    calls.push({ step, ...input });
    return { outcome: 'done', missing: [], warnings: [], ...(await behaviour(step, input, attempts.get(key)!)) };
  };
  const fake =
    (step: string) =>
    async (input: StepInput | OnceInput | BatchInput): Promise<StepResult | BatchResult> => {
      if ('host' in input) return on(step, input);
      if ('oneOf' in input) {
        const { oneOf, ...told } = input;
        const [host = ''] = oneOf;
        return { ranOn: host, ...(await on(step, { host, ...told })) };
      }
      const { hosts, ...told } = input;
      return onAll(hosts, input.mode, (host) => on(step, { host, ...told }));
    };
  const lookAhead = async (input: AheadInput): Promise<AheadResult> => ahead(input);
  return { ...Object.fromEntries(names.map((name) => [name, fake(name)])), lookAhead };
}

/** How a step fails on a host that answered. */
export const refusal = (message: string, type = 'CommandFailed', ...details: string[]): ApplicationFailure =>
  ApplicationFailure.create({ message, type, details });
