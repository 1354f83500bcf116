import { activityInfo } from '@temporalio/activity';
import { machineNamed, type Cluster } from '../cluster/cluster.js';
import type { Asked } from '../steps/host.js';
import type { AheadInput, AheadResult, CheckContext, Step } from '../steps/step.js';
import type { RunsCluster } from './cluster-of-run.js';
import { glance, lentTo, type Dependencies } from './dependencies.js';
import { liveness, type Liveness } from './liveness.js';
import { oneOfEach } from './one-of-each.js';
import { RemoteHost } from './remote-host.js';
import { checkContext } from './run-step.js';
import { silentHost } from './silent-host.js';

export type Seen = AheadResult[number]['done'];

/**
 * Checks of several steps on one host, made beside each other so that all they ask goes there together. Gives the steps
 * from the first on of which nothing is missing. A check that cannot be made, and a host that does not answer, end them:
 * whatever it is, the step itself meets it and tells.
 */
export async function seenDone(
  steps: readonly Step[],
  context: (warn: CheckContext['warn']) => CheckContext,
): Promise<Seen> {
  const seen = await Promise.all(
    steps.map(async (step) => {
      const warnings = new Set<string>();
      try {
        const missing = await step.check(context((words) => void warnings.add(words)));
        return missing.length === 0 ? [{ step: step.name, warnings: [...warnings] }] : [];
      } catch {
        return [];
      }
    }),
  );
  const end = seen.findIndex((one) => one.length === 0);
  return (end < 0 ? seen : seen.slice(0, end)).flat();
}

/** Hosts of which the same was seen, told together. */
export function alike(hosts: readonly string[], seen: readonly Seen[]): AheadResult {
  const groups = new Map<string, { hosts: string[]; done: Seen }>();
  for (const [index, host] of hosts.entries()) {
    const done = seen[index]!;
    const key = JSON.stringify(done);
    const group = groups.get(key) ?? { hosts: [], done };
    group.hosts.push(host);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * The activity: what of several steps need not be run, as nothing is missing. It changes nothing, and fails for no host:
 * of one that it could not ask, nothing is known.
 */
export function createLookAhead({ steps, ...lends }: Dependencies) {
  const { bundles, cluster: clusterOf } = lends;
  const look = async (
    run: RunsCluster,
    host: string,
    own: readonly Step[],
    life: Liveness,
    hosts: Hosts,
  ): Promise<Seen> => {
    const lent = bundles.lend(run.cluster, machineNamed(run.cluster, host), life.signal);
    const around = { ...lentTo(run, life, lent, lends), host: hosts };
    try {
      return await seenDone(own, (warn) => checkContext(host, 'look ahead', around, warn));
    } finally {
      lent.giveBack();
    }
  };
  const lookAhead = async ({ hosts, steps: names, silent = [] }: AheadInput): Promise<AheadResult> => {
    const { workflowExecution } = activityInfo();
    if (!workflowExecution) throw new Error('it is looked ahead for a workflow only');
    const life = liveness();
    try {
      const run = await clusterOf(workflowExecution);
      const { cluster } = run;
      const wanted = names.map((name) => steps.find((step) => step.name === name)!);
      const meant = wanted.map((step) => new Set(step.on(cluster).map(({ name }) => name)));
      const open = gathered(lends, cluster, life, new Set(silent));
      const seen = await Promise.all(
        hosts.map((host) =>
          look(
            run,
            host,
            wanted.filter((_, index) => meant[index]!.has(host)),
            life,
            open,
          ),
        ),
      );
      if (life.signal.aborted) throw life.ending();
      return alike(hosts, seen);
    } finally {
      life.end();
    }
  };
  return { lookAhead };
}

type Hosts = (name: string) => Asked;

/** The same hosts for all checks: what they ask of one goes there together. */
function gathered(
  { pool, relay }: Pick<Dependencies, 'pool' | 'relay'>,
  cluster: Cluster,
  life: Liveness,
  silent: ReadonlySet<string>,
): Hosts {
  const unitName = (): never => {
    throw new Error('a look ahead runs no unit');
  };
  const attempt = { ...life, relay, patience: glance, unitName };
  return oneOfEach((name) => {
    const machine = machineNamed(cluster, name);
    return silent.has(name) ? silentHost(machine) : new RemoteHost(pool, cluster, machine, attempt);
  });
}
