import type { Cluster } from '../../../src/cluster/cluster.js';
import { serveSsh } from '../../simulation/ssh-server.js';
import { Site } from './site.js';

/** A simulated site behind one SSH server. */
export interface Served {
  readonly cluster: Cluster;
  /** Hosts that were given a command since this was asked for last. */
  readonly asked: () => ReadonlySet<string>;
  readonly close: () => Promise<void>;
}

/** As many workers as are wanted beside the recorded control planes; `delay`: milliseconds that each command takes. */
export async function serveSite(workers: number, delay = 0): Promise<Served> {
  let asked = new Set<string>();
  const ssh = await serveSsh((user, command, stdin) => {
    asked.add(user);
    return { fate: { carriedOut: true, answered: true, delay }, carryOut: () => site.execute(user, command, stdin) };
  });
  const site = new Site(workers, (host) => ssh.settings(host));
  return {
    cluster: reached(site.cluster),
    asked() {
      const before = asked;
      asked = new Set();
      return before;
    },
    close: () => ssh.close(),
  };
}

/** All simulated hosts are one SSH server, whatever their addresses. */
const reached = (cluster: Cluster): Cluster => ({
  ...cluster,
  hosts: cluster.hosts.map((host) => ({ ...host, ssh: { ...host.ssh, address: '127.0.0.1' } })),
});
