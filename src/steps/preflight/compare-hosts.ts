import { controlPlanes } from '../../cluster/roles.js';
import { hostsAt, reachedFrom, sitesOf } from '../../cluster/sites.js';
import { survey, type Survey } from '../../facts/survey.js';
import type { PreflightName } from '../../cluster/preflight-problems.js';
import { answers } from '../fitness.js';
import type { Step } from '../step.js';
import { sift, type Problem } from './problem.js';

/** Seconds between two clocks beyond which certificates and leases misbehave. */
const maximumSkew = 5;

export const compareHosts: Step = {
  name: 'compareHosts',
  does: 'Compare the hosts with each other: clocks, machine ids, hardware addresses',
  // At each site one of its own: nobody else may reach them. The control planes have the clock that all of them go by.
  on: (cluster) => [
    ...controlPlanes(cluster),
    ...sitesOf(cluster).flatMap((site) => hostsAt(cluster, site).slice(0, 1)),
  ],
  pace: { once: answers },
  retry: 'inspect',
  gives: 'preflight',
  async check({ cluster, host, peer, warn }) {
    const surveys = await Promise.all(
      reachedFrom(cluster, host.machine.site).map(async ({ name }) => [name, await (await peer(name)).read(survey)] as const),
    );
    return sift(cluster, differences(surveys), warn);
  },
};

/** What hosts may not share, or may not differ in. */
export function differences(surveys: readonly (readonly [name: string, survey: Survey])[]): Problem[] {
  const problems: Problem[] = [];
  const shared = (problem: PreflightName, what: string, values: (survey: Survey) => readonly string[]): void => {
    const owners = new Map<string, string[]>();
    for (const [name, found] of surveys)
      // Each once a host: its bonds, bridges and VLANs have the address of the interface under them.
      for (const value of new Set(values(found))) owners.set(value, [...(owners.get(value) ?? []), name]);
    for (const [value, names] of owners)
      if (names.length > 1)
        problems.push({ name: problem, words: `${names.join(' and ')} have the same ${what} ${value}` });
  };
  shared('machine-id', 'machine id', ({ machineId }) => [machineId]);
  shared('mac-address', 'hardware address', ({ macs }) => macs);
  const ahead = surveys.map(([name, found]) => ({ name, seconds: (found.clock - found.answeredAt) / 1000 }));
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
