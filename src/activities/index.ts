import { createHash } from 'node:crypto';
import { activityInfo, cancellationDetails, cancellationSignal, heartbeat } from '@temporalio/activity';
import { machineNamed, type Cluster } from '../cluster/cluster.js';
import type { Step, StepInput, StepResult } from '../steps/step.js';
import { toFailure } from './failure.js';
import { redact } from './redaction.js';
import { RemoteHost, type Attempt } from './remote-host.js';
import { runStep } from './run-step.js';
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
}

type Activity = (input: StepInput) => Promise<StepResult>;

/** One activity a step, by the step's name: replay then refuses a workflow whose steps were swapped. */
export const createActivities = ({ pool, steps, cluster }: Dependencies): Record<string, Activity> =>
  Object.fromEntries(steps.map((step) => [step.name, activity(step, pool, cluster)]));

function activity(step: Step, pool: Pool, clusterOf: Dependencies['cluster']): Activity {
  return async ({ host, mode }) => {
    const { workflowExecution } = activityInfo();
    if (!workflowExecution) throw new Error(`${step.name} runs as a workflow’s activity only`);
    const life = liveness();
    try {
      const cluster = await clusterOf(workflowExecution);
      const attempt: Attempt = { ...life, unitName: (machine) => unitName(cluster, step, machine.name) };
      return await runStep(step, host, mode, {
        ...life,
        cluster,
        host: (name) => new RemoteHost(pool, cluster, machineNamed(cluster, name), attempt),
        secret: readSecret,
      });
    } catch (error) {
      // Cancelled is cancelled: only what went wrong on a host becomes a failure of the step.
      if (cancellationSignal().aborted) throw cancellationSignal().reason;
      throw toFailure(step.name, host, error);
    } finally {
      life.end();
    }
  };
}

/** A heartbeat a second with what is being done; cancellation arrives by it, and goes down to the SSH channel. */
function liveness(): { signal: AbortSignal; tell(what: string): void; end(): void } {
  let doing = '';
  const beat = setInterval(() => heartbeat(doing), 1_000);
  const controller = new AbortController();
  cancellationSignal().addEventListener('abort', () => {
    const shutdown = cancellationDetails()?.workerShutdown === true;
    controller.abort(shutdown ? keepUnits : cancellationSignal().reason);
  });
  heartbeat(doing);
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
