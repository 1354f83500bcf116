import { createHash } from 'node:crypto';
import { activityInfo, cancellationSignal, Context, heartbeat } from '@temporalio/activity';
import { machineNamed, type Cluster } from '../cluster/cluster.js';
import type { BatchInput, BatchResult, Mode, OnceInput, Step, StepInput, StepResult } from '../steps/step.js';
import { onAll } from './batch.js';
import { toFailure } from './failure.js';
import { redact } from './redaction.js';
import { RemoteHost, type Attempt } from './remote-host.js';
import { choose, runStep, type Surroundings } from './run-step.js';
import { recordsOf } from './records.js';
import { readSecret } from './secrets.js';
import type { Pool } from './ssh/pool.js';
import { keepUnits, type UnitName } from './transient-unit.js';

export interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

export interface Dependencies {
  readonly pool: Pool;
  readonly steps: readonly Step[];
  /** The cluster that a run was started with. */
  readonly cluster: (execution: Execution) => Promise<Cluster>;
  /** The version of kha that runs here. */
  readonly kha: string;
}

interface Activity {
  (input: StepInput | OnceInput): Promise<StepResult>;
  (input: BatchInput): Promise<BatchResult>;
}

/** A plan says that a host does not answer instead of waiting for it; milliseconds. */
const glance = 3_000;

/** One activity a step, by the step's name: replay then refuses a workflow whose steps were swapped. */
export const createActivities = ({ steps, ...lent }: Dependencies): Record<string, Activity> =>
  Object.fromEntries(steps.map((step) => [step.name, activity(step, lent)]));

function activity(step: Step, { pool, cluster: clusterOf, kha }: Omit<Dependencies, 'steps'>): Activity {
  const surroundings = (mode: Mode, cluster: Cluster, life: Liveness): Surroundings => ({
    ...life,
    cluster,
    host: (name, patience = mode === 'plan' ? glance : undefined) => {
      const attempt: Attempt = { ...life, patience, unitName: (machine) => unitName(cluster, step, machine.name) };
      return new RemoteHost(pool, cluster, machineNamed(cluster, name), attempt);
    },
    secret: readSecret,
    records: recordsOf(cluster, kha),
  });
  const named = async <T>(host: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      // Cancelled is cancelled: only what went wrong on a host becomes a failure of the step.
      if (cancellationSignal().aborted) throw cancellationSignal().reason;
      throw toFailure(step.name, host, error);
    }
  };
  const on = (host: string, mode: Mode, cluster: Cluster, life: Liveness): Promise<StepResult> =>
    named(host, runStep(step, host, mode, surroundings(mode, cluster, life)));
  const once = async ({ oneOf, mode }: OnceInput, cluster: Cluster, life: Liveness): Promise<StepResult> => {
    if (step.pace === 'all at once' || !('once' in step.pace))
      throw new Error(`${step.name} is not a step that acts once for a cluster`);
    const around = surroundings(mode, cluster, life);
    const host = await named(oneOf.join(', '), choose(oneOf, step.pace.once, mode, around));
    return { ...(await on(host, mode, cluster, life)), ranOn: host };
  };
  return (async (input: StepInput | OnceInput | BatchInput): Promise<StepResult | BatchResult> => {
    const { workflowExecution } = activityInfo();
    if (!workflowExecution) throw new Error(`${step.name} runs as a workflow’s activity only`);
    const life = liveness();
    try {
      const cluster = await clusterOf(workflowExecution);
      if ('oneOf' in input) return await once(input, cluster, life);
      if ('host' in input) return await on(input.host, input.mode, cluster, life);
      return await onAll(input.hosts, input.mode, (host) => on(host, input.mode, cluster, life));
    } finally {
      life.end();
    }
  }) as Activity;
}

interface Liveness {
  readonly signal: AbortSignal;
  tell(what: string): void;
  end(): void;
}

/** A heartbeat a second with what is being done; cancellation arrives by it, and goes down to the SSH channel. */
function liveness(): Liveness {
  let doing = '';
  const beat = setInterval(() => heartbeat(doing), 1_000);
  const controller = new AbortController();
  // Whoever aborts does so outside of the activity, where asking for its context throws.
  const context = Context.current();
  const { cancellationSignal: cancelled } = context;
  cancelled.addEventListener('abort', () => {
    const shutdown = context.cancellationDetails?.workerShutdown === true;
    controller.abort(shutdown ? keepUnits : cancelled.reason);
  });
  return {
    signal: controller.signal,
    tell: (what) => (doing = redact(what).slice(0, 500)),
    end: () => clearInterval(beat),
  };
}

/** The token names the scheduled activity: the same in each of its attempts, another once an operator answered retry. */
function unitName(cluster: Cluster, step: Step, host: string): UnitName {
  const { workflowExecution, activityId } = activityInfo();
  const token = createHash('sha256').update(`${workflowExecution?.runId}/${activityId}`).digest('hex').slice(0, 10);
  const family = `kha-${cluster.name}-${step.name}-${host}`;
  return { host, family, name: `${family}-${token}` };
}
