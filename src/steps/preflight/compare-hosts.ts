import { controlPlanes } from '../../cluster/roles.js';
import { reachedFrom } from '../../cluster/sites.js';
import { inReach, type Subject } from '../../cluster/subject.js';
import { identity, type Identity } from '../../facts/identity.js';
import { machineIds } from '../../facts/machine-ids.js';
import type { PreflightName } from '../../cluster/preflight-problems.js';
import { answers, servesApi } from '../fitness.js';
import type { CheckContext, Step } from '../step.js';
import { sift, type Problem } from './problem.js';

/** Seconds between two clocks beyond which certificates and leases misbehave. */
const maximumSkew = 5;

export const compareHosts: Step = {
  name: 'compareHosts',
  does: 'Compare the hosts with each other: clocks, machine ids, hardware addresses',
  // At each site one of its own: nobody else may reach them. The control planes have the clock that all of them go by.
  on: (cluster) => [...controlPlanes(cluster), ...cluster.hosts.filter(({ site }) => site !== undefined)],
  pace: { once: answers },
  retry: 'inspect',
  gives: 'preflight',
  async check(context) {
    const { cluster, host, peer, subject, warn } = context;
    const compared = inReach({ ...cluster, hosts: [...reachedFrom(cluster, host.machine.site)] }, subject);
    const found = await Promise.all(
      compared.map(async ({ name }) => [name, await (await peer(name)).read({ ...identity, relay: 'take' })] as const),
    );
    const others = subject ? await sharedWithOthers(context, subject, found) : [];
    return sift(cluster, [...differences(found), ...others], warn);
  },
};

type Identities = readonly (readonly [name: string, identity: Identity])[];

/** Of nodes that are not asked the API knows the machine ids; it knows no hardware addresses, and no clocks. */
async function sharedWithOthers(
  { cluster, firstFit }: CheckContext,
  subject: Subject,
  identities: Identities,
): Promise<Problem[]> {
  const master = await firstFit(controlPlanes(cluster), servesApi);
  const asked = new Map(identities);
  const owners = new Map(
    [...(await master.read(machineIds))].flatMap(([name, id]) => (asked.has(name) ? [] : [[id, name]])),
  );
  return subject.hosts.flatMap((name) => {
    const id = asked.get(name)?.machineId;
    const owner = id === undefined ? undefined : owners.get(id);
    if (owner === undefined) return [];
    return [{ name: 'machine-id', words: `${name} and ${owner} have the same machine id ${id}` }];
  });
}

/** What hosts may not share, or may not differ in. */
export function differences(identities: Identities): Problem[] {
  const problems: Problem[] = [];
  const shared = (problem: PreflightName, what: string, values: (identity: Identity) => readonly string[]): void => {
    const owners = new Map<string, string[]>();
    for (const [name, found] of identities)
      // Each once a host: its bonds, bridges and VLANs have the address of the interface under them.
      for (const value of new Set(values(found))) owners.set(value, [...(owners.get(value) ?? []), name]);
    for (const [value, names] of owners)
      if (names.length > 1)
        problems.push({ name: problem, words: `${names.join(' and ')} have the same ${what} ${value}` });
  };
  shared('machine-id', 'machine id', ({ machineId }) => [machineId]);
  shared('mac-address', 'hardware address', ({ macs }) => macs);
  const ahead = identities.map(([name, found]) => ({ name, seconds: (found.clock - found.answeredAt) / 1000 }));
  const middle = ahead.map(({ seconds }) => seconds).sort((a, b) => a - b)[Math.floor(ahead.length / 2)] ?? 0;
  for (const { name, seconds } of ahead) {
    const skew = seconds - middle;
    if (Math.abs(skew) > maximumSkew)
      problems.push({
        name: 'clock',
        words: `the clock of ${name} is ${Math.abs(skew).toFixed(1)} s ${skew > 0 ? 'ahead of' : 'behind'} the others; ${maximumSkew} s are allowed`,
      });
  }
  return problems;
}
