import type { Cluster } from './cluster.js';

type Hosts = Cluster['hosts'];

/**
 * What follows from a cluster's hosts, worked out once for each list of them: every one of 5,000 hosts asks again at every
 * step. No list of hosts is changed once there is a cluster with it, and what is given is everybody's.
 */
export function onceForHosts<T extends object>(work: (hosts: Hosts) => T): (cluster: Pick<Cluster, 'hosts'>) => T {
  const known = new WeakMap<Hosts, T>();
  return ({ hosts }) => {
    const found = known.get(hosts) ?? work(hosts);
    known.set(hosts, found);
    return found;
  };
}
