import type { Cluster } from '../cluster/cluster.js';
import type { Step } from '../steps/step.js';
import type { Around, Task } from './around.js';
import { batches, bySite, waves } from './batches.js';
import { aboutAll, call, isFailed, isOnce, together } from './call.js';
import { allOrNone } from './scope.js';
import { few } from './sizes.js';
import { lookAtWaves, type Wave } from './waves.js';

interface Found {
  readonly step: Step;
  readonly hosts: readonly string[];
  /** What is missing; undefined where the check cannot be made yet. */
  readonly missing: readonly string[] | undefined;
}

/** What steps would change, a line a host and step, of large clusters one for all hosts where it is the same. */
export async function planned(
  cluster: Cluster,
  gate: string,
  tasks: readonly Task[],
  around: Around,
): Promise<string[]> {
  const own = await allOrNone(() =>
    tasks.map(async ({ step, meant }) => {
      const present = (host: string): boolean => meant(host) && !around.silent.has(host);
      const asked = isOnce(step.pace)
        ? bySite(cluster.hosts.map(({ name }) => name).filter(present), around.sites)
        : batches(cluster).map((batch) => batch.filter(present));
      return (await allOrNone(() => asked.map((hosts) => look(step, hosts, around)))).flat();
    }),
  );
  const crews = waves(cluster).map((hosts, place) => ({
    stage: 'Plan',
    // A plan changes nothing, so no step waits for another's pace.
    tasks: tasks.filter(({ step }) => !isOnce(step.pace)),
    hosts,
    place: `${gate}/${place + 1}`,
  }));
  const found = [...own.flat(), ...(await ofWaves(crews, tasks, around))];
  const lines = tasks.flatMap(({ step }) => {
    const alike = new Map<string, string[]>();
    for (const { hosts, missing } of found.filter((one) => one.step === step)) {
      const words = wording(step, missing);
      if (words) alike.set(words, [...(alike.get(words) ?? []), ...hosts]);
    }
    return [...alike].flatMap(([words, hosts]) =>
      cluster.hosts.length > few ? [`${together(hosts)}: ${words}`] : hosts.map((host) => `${host}: ${words}`),
    );
  });
  return atMost(lines, 500);
}

async function look(step: Step, hosts: readonly string[], { sites }: Pick<Around, 'sites'>): Promise<Found[]> {
  if (hosts.length === 0) return [];
  const [named, options] = isOnce(step.pace) ? [[aboutAll(sites.get(hosts[0]!))], { oneOf: hosts }] : [hosts, {}];
  const results = await call('Plan', step, named, 'plan', { ...options, sites });
  return results.map((result, index) => ({
    step,
    hosts: [named[index]!],
    missing: isFailed(result) ? undefined : result.missing,
  }));
}

const ofWaves = async (crews: readonly Wave[], tasks: readonly Task[], around: Around): Promise<Found[]> =>
  (await lookAtWaves(crews, around)).map(({ step: name, state, hosts = [], missing = [] }) => ({
    step: tasks.find(({ step }) => step.name === name)!.step,
    hosts,
    missing: state === 'failed' ? undefined : missing,
  }));

/** What a step would change, in words; undefined when nothing. A check that cannot be made yet is about what comes after the gate. */
function wording({ name, does }: Step, missing: readonly string[] | undefined): string | undefined {
  if (!missing) return `${name}: ${does}`;
  if (missing.length === 0) return undefined;
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
  return `${name}: ${missing.slice(0, 5).join('; ')}${more}`;
}

const atMost = (lines: readonly string[], most: number): string[] =>
  lines.length > most ? [...lines.slice(0, most), `… and ${lines.length - most} lines more`] : [...lines];
