import { allHosts, etcdHosts } from '../../cluster/roles.js';
import { firewalls } from '../../facts/firewalls.js';
import { survey, syncedWrites } from '../../facts/survey.js';
import type { Step } from '../step.js';
import { firewallProblems } from './firewall-problems.js';
import { hostProblems } from './host-problems.js';
import { sift, type Problem } from './problem.js';

/** etcd's own advice: the 99th percentile of its syncs below 10 ms (etcd.io, hardware recommendations). */
const slowSync = 10;

export const checkHost: Step = {
  name: 'checkHost',
  does: 'Look at the host before anything is changed: system, resources, names, ports, firewalls, leftovers',
  on: allHosts,
  pace: 'all at once',
  retry: 'inspect',
  async check({ cluster, host, warn }) {
    const [found, filters] = await Promise.all([host.read(survey), host.read(firewalls)]);
    const problems: Problem[] = [
      ...hostProblems(cluster, host.machine, found),
      ...firewallProblems(cluster, host.machine, found.claim, filters),
    ];
    if (etcdHosts(cluster).includes(host.machine)) {
      const sync = await host.read(syncedWrites);
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
