import { createHash } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { machineNamed, type Cluster } from '../cluster/cluster.js';
import type {
  BatchInput,
  BatchResult,
  BundleFile,
  Mode,
  OnceInput,
  Step,
  StepInput,
  StepResult,
} from '../steps/step.js';
import { onAll } from './batch.js';
import type { LentBundle } from './bundles.js';
import { glance, lentTo, type Dependencies } from './dependencies.js';
import { toFailure } from './failure.js';
import { liveness, type Liveness } from './liveness.js';
import { RemoteHost, type Attempt } from './remote-host.js';
import { choose, releaseStep, runStep, type Surroundings } from './run-step.js';
import type { RunsCluster } from './cluster-of-run.js';
import { silentHost } from './silent-host.js';
import type { UnitName } from './transient-unit.js';

interface Activity {
  (input: StepInput | OnceInput): Promise<StepResult>;
  (input: BatchInput): Promise<BatchResult>;
}

/** What an activity is about, and hosts that nobody waits for. */
interface About extends RunsCluster {
  readonly silent: ReadonlySet<string>;
}

/** Nothing is fetched before a host is chosen. */
const ofNoHost: BundleFile = {
  description: () => Promise.reject(new Error('no host was chosen that a bundle could be served to')),
  port: () => Promise.reject(new Error('no host was chosen that a bundle could be served to')),
};

/** How long a cancelled step may take to take back what it lent; milliseconds. */
const releasing = 20_000;

/** One activity a step, by the step's name: replay then refuses a workflow whose steps were swapped. */
export const createActivities = ({ steps, ...lent }: Dependencies): Record<string, Activity> =>
  Object.fromEntries(steps.map((step) => [step.name, activity(step, lent)]));

function activity(step: Step, lends: Omit<Dependencies, 'steps'>): Activity {
  const { pool, bundles, relay, cluster: clusterOf } = lends;
  const at = (name: string, cluster: Cluster, life: Liveness, patience?: number): RemoteHost => {
    const attempt: Attempt = { ...life, relay, patience, unitName: (machine) => unitName(cluster, step, machine.name) };
    return new RemoteHost(pool, cluster, machineNamed(cluster, name), attempt);
  };
  const surroundings = (mode: Mode, run: About, life: Liveness, bundleFile: BundleFile): Surroundings => ({
    ...lentTo(run, life, bundleFile, lends),
    host: (name, patience = mode === 'plan' ? glance : undefined) =>
      run.silent.has(name) ? silentHost(machineNamed(run.cluster, name)) : at(name, run.cluster, life, patience),
  });
  /** Let go is let go: only what went wrong on a host becomes a failure of the step. */
  const named = async <T>(host: string, life: Liveness, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw life.signal.aborted ? life.ending() : toFailure(step.name, host, error);
    }
  };
  const on = async (host: string, mode: Mode, run: About, life: Liveness): Promise<StepResult> => {
    const { cluster } = run;
    const lent: LentBundle = bundles.lend(cluster, machineNamed(cluster, host), life.signal);
    try {
      return await named(host, life, runStep(step, host, mode, surroundings(mode, run, life, lent)));
    } catch (error) {
      if (life.cancelled() && mode === 'apply' && step.apply) {
        life.leave(await at(host, cluster, life).stopUnits());
        // What cancelled the step must not keep it from taking back what it lent.
        const after = { ...life, signal: AbortSignal.timeout(releasing) };
        if (step.release) life.leave(await releaseStep(step, host, surroundings(mode, run, after, lent)));
      }
      throw error;
    } finally {
      lent.giveBack();
    }
  };
  const once = async ({ oneOf, mode }: OnceInput, run: About, life: Liveness): Promise<StepResult> => {
    if (step.pace === 'all at once' || !('once' in step.pace))
      throw new Error(`${step.name} is not a step that acts once for a cluster`);
    const around = surroundings(mode, run, life, ofNoHost);
    const host = await named(oneOf.join(', '), life, choose(oneOf, step.pace.once, mode, around));
    return { ...(await on(host, mode, run, life)), ranOn: host };
  };
  return (async (input: StepInput | OnceInput | BatchInput): Promise<StepResult | BatchResult> => {
    const { workflowExecution } = activityInfo();
    if (!workflowExecution) throw new Error(`${step.name} runs as a workflow’s activity only`);
    const life = liveness();
    try {
      const run = { ...(await clusterOf(workflowExecution)), silent: new Set(input.silent) };
      if ('oneOf' in input) return await once(input, run, life);
      if ('host' in input) return await on(input.host, input.mode, run, life);
      return await onAll(input.hosts, input.mode, (host) => on(host, input.mode, run, life));
    } catch (error) {
      // Of a batch as well: by now nothing is at work on any of its hosts.
      throw life.signal.aborted ? life.ending() : error;
    } finally {
      life.end();
    }
  }) as Activity;
}

/** The token names the scheduled activity: the same in each of its attempts, another once an operator answered retry. */
function unitName(cluster: Cluster, step: Step, host: string): UnitName {
  const { workflowExecution, activityId } = activityInfo();
  const token = createHash('sha256').update(`${workflowExecution?.runId}/${activityId}`).digest('hex').slice(0, 10);
  const family = `kha-${cluster.name}-${step.name}-${host}`;
  return { host, family, name: `${family}-${token}`, once: step.retry === 'bootstrap' };
}
