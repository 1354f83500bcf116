import { ipv6AddressOf } from '../../cluster/families.js';
import { givenAuthorities } from '../../cluster/given-authorities.js';
import { allHosts, controlPlanes, etcdHosts } from '../../cluster/roles.js';
import { disks, syncedWrites } from '../../facts/disks.js';
import { existing } from '../../facts/files.js';
import { firewalls } from '../../facts/firewalls.js';
import { identity } from '../../facts/identity.js';
import { ipv6 } from '../../facts/ipv6.js';
import { survey } from '../../facts/survey.js';
import { askedCertificates } from '../certificates/asked-certificates.js';
import { dataPath } from '../etcd/standing.js';
import type { Step } from '../step.js';
import { diskProblems, foldersOf } from './disk-problems.js';
import { firewallProblems } from './firewall-problems.js';
import { hostProblems } from './host-problems.js';
import { ipv6Problems } from './ipv6-problems.js';
import { sift, type Problem } from './problem.js';

/** etcd's own advice: the 99th percentile of its syncs below 10 ms (etcd.io, hardware recommendations). */
const slowSync = 10;

export const checkHost: Step = {
  name: 'checkHost',
  does: 'Look at the host before anything is changed: system, resources, names, ports, firewalls, leftovers',
  on: allHosts,
  pace: 'all at once',
  retry: 'inspect',
  async check({ cluster, host, warn, authority, requests }) {
    const folders = foldersOf(cluster, host.machine);
    const hasEtcd = etcdHosts(cluster).includes(host.machine);
    const [found, { machineId }, filters, places, data, six, sync] = await Promise.all([
      host.read(survey),
      // compareHosts has the same question for all hosts next.
      host.read({ ...identity, relay: 'leave' }),
      host.read(firewalls),
      folders.length > 0 ? host.read(disks(folders)) : [],
      host.read(existing([dataPath(cluster)])),
      ipv6AddressOf(host.machine) === undefined ? undefined : host.read(ipv6),
      hasEtcd ? host.read(syncedWrites(cluster.etcd.dataDir)) : undefined,
    ]);
    const leftovers = [...new Set([...found.leftovers, ...data])];
    const problems: Problem[] = [
      ...hostProblems(cluster, host.machine, { ...found, machineId, leftovers }),
      ...(six ? ipv6Problems(host.machine, six) : []),
      ...diskProblems(cluster, host.machine, places),
      ...firewallProblems(cluster, host.machine, found.claim, filters),
    ];
    // A cluster that has its authorities needs the files no more.
    if (found.claim !== cluster.name && controlPlanes(cluster).includes(host.machine))
      for (const given of givenAuthorities(cluster))
        for (const words of (await authority(given)).flaws) problems.push({ name: 'certificates', words });
    if (found.claim !== cluster.name && askedCertificates(cluster, host.machine).length > 0)
      for (const words of await requests.flaws())
        problems.push({ name: 'certificates', words: `certificates.requests, ${requests.place}: ${words}` });
    if (hasEtcd) {
      if (sync === undefined)
        problems.push({
          name: 'etcd-disk',
          words: 'a file could not be written and synced where etcd’s data will lie',
        });
      else if (sync > slowSync)
        problems.push({
          name: 'etcd-disk',
          words: `a synced write takes ${sync.toFixed(1)} ms; etcd wants ${slowSync} ms or less`,
          warning: true,
        });
    }
    return sift(cluster, problems, warn);
  },
};
