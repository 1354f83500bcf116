import type { Cluster, Machine } from '../../cluster/cluster.js';
import { controlPlanes, etcdHosts, firstControlPlane } from '../../cluster/roles.js';
import { file, sha256 } from '../../facts/files.js';
import type { Step } from '../step.js';
import { authorities } from './paths.js';

export const copyCertificateAuthorities: Step = {
  name: 'copyCertificateAuthorities',
  does: 'Copy the certificate authorities from the first master, host to host',
  on: (cluster) =>
    [...new Set([...controlPlanes(cluster), ...etcdHosts(cluster)])].filter(
      (host) => host !== controlPlanes(cluster)[0],
    ),
  pace: 'all at once',
  retry: 'edit',
  needs: ['first certificate authorities'],
  gives: 'certificate authorities',
  async check({ cluster, host, peer }) {
    const wanted = authorities(cluster, host.machine);
    const [there, here] = await Promise.all([
      (await peer(first(cluster).name)).read(sha256(wanted)),
      host.read(sha256(wanted)),
    ]);
    return wanted
      .filter((path) => !there.has(path) || there.get(path) !== here.get(path))
      .map((path) => (here.has(path) ? `${path} is not the first master’s` : `${path} is not there`));
  },
  // The keys pass through the worker's memory only: neither its disk nor the history ever holds them.
  async apply({ cluster, host, peer }) {
    const from = await peer(first(cluster).name);
    for (const path of authorities(cluster, host.machine)) {
      const found = await from.read(file(path, { secret: true }));
      if (!found) throw new Error(`${path} is not on ${from.machine.name}`);
      await host.write(path, found.content, { mode: `0${found.mode}`, secret: true });
    }
  },
};

function first(cluster: Cluster): Machine {
  const [machine] = firstControlPlane(cluster);
  if (!machine) throw new Error(`cluster ${cluster.name} has no control plane`);
  return machine;
}
