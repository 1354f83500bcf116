import type { Cluster } from '../../../src/cluster/cluster.js';
import { serveSsh } from '../../simulation/ssh-server.js';
import type { Counts } from './counts.js';
import { Site } from './site.js';

/** A simulated site behind one SSH server. */
export interface Served {
  readonly cluster: Cluster;
  /** How many commands each host was given since this was asked for last. */
  readonly asked: () => Counts;
  /** The same cluster with so many workers, and the site for it. */
  readonly withWorkers: (members: number) => Cluster;
  /** Lets the cluster that was installed be this one of more workers, as if all of them had come before. */
  readonly standsAs: (cluster: Cluster) => Promise<void>;
  /** Milliseconds that each command takes from now on. */
  readonly take: (milliseconds: number) => void;
  readonly close: () => Promise<void>;
}

/** A command that a host has carried out. */
export interface CarriedOut {
  readonly host: string;
  readonly command: string;
  readonly stdin: string;
}

/**
 * As many workers as are wanted beside the recorded control planes; `delay`: milliseconds that each command takes. `told`
 * hears of each command before whoever gave it is answered.
 */
export async function serveSite(
  workers: number,
  delay = 0,
  told: (what: CarriedOut) => void = () => undefined,
): Promise<Served> {
  let asked = new Map<string, number>();
  let takes = delay;
  const ssh = await serveSsh((user, command, stdin) => {
    asked.set(user, (asked.get(user) ?? 0) + 1);
    return {
      fate: { carriedOut: true, answered: true, delay: takes },
      carryOut() {
        const output = site.execute(user, command, stdin);
        told({ host: user, command, stdin });
        // A clock that stands still would be behind by how long the hosts are being asked.
        return { ...output, stdout: output.stdout.replace(/^clock=\d+$/gm, () => `clock=${Date.now()}`) };
      },
    };
  });
  const site = new Site(workers, (host) => ssh.settings(host));
  return {
    cluster: reached(site.cluster),
    asked() {
      const before = asked;
      asked = new Map();
      return before;
    },
    withWorkers(members) {
      site.members = members;
      const { hosts } = site.cluster;
      return reached({ ...site.cluster, hosts: hosts.slice(0, hosts.length - workers + members) });
    },
    standsAs: (cluster) => site.standsAs(cluster),
    take: (milliseconds) => void (takes = milliseconds),
    close: () => ssh.close(),
  };
}

/** All simulated hosts are one SSH server, whatever their addresses. */
const reached = (cluster: Cluster): Cluster => ({
  ...cluster,
  hosts: cluster.hosts.map((host) => ({ ...host, ssh: { ...host.ssh, address: '127.0.0.1' } })),
});
