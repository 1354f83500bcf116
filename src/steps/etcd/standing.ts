import type { Cluster } from '../../cluster/cluster.js';
import { etcdHosts } from '../../cluster/roles.js';
import { existing, file } from '../../facts/files.js';
import { hasCompleted, joiningPath } from '../control-plane/take-over.js';
import type { Asked } from '../host.js';
import type { CheckContext } from '../step.js';
import { foundingIn } from './manifest.js';

export const manifestPath = '/etc/kubernetes/manifests/etcd.yaml';
/** A first start in waiting. It is moved to its place by the start, so it can happen once only. */
export const laidPath = '/etc/kubernetes/kha/etcd.yaml';
/** What a member makes of its folder at its first start. */
export const dataPath = ({ etcd }: Cluster): string => `${etcd.dataDir}/member`;

/**
 * How a host of etcd stands to the others. `member`: it has data, or a manifest that will make some. `founder`: it is to
 * start the cluster together with the others. `newcomer`: bare beside members, so it may only be added to them.
 * `joining`: that was begun. `bare`: nobody has etcd yet.
 */
export type Standing = 'member' | 'founder' | 'newcomer' | 'joining' | 'bare';

/** Asks the other hosts of etcd only where the host itself is bare. Throws Unreachable when one of those does not answer. */
export async function standingOf(context: CheckContext): Promise<Standing> {
  const { cluster, host } = context;
  const data = dataPath(cluster);
  const [here, laid] = await Promise.all([
    host.read(existing([data, manifestPath, joiningPath])),
    host.read(file(laidPath)),
  ]);
  if (here.includes(joiningPath) && !(await hasCompleted(host, 'control-plane'))) return 'joining';
  if (here.includes(data) || here.includes(manifestPath)) return 'member';
  const members = await otherMembers(context);
  const founding = laid && foundingIn(laid.content).join();
  // What another first start was meant to found is no cluster to start a member of.
  if (founding !== undefined && members.every((member) => member.founding === founding)) return 'founder';
  return members.length > 0 ? 'newcomer' : 'bare';
}

export interface OtherMember {
  readonly host: Asked;
  /** What its manifest says about the cluster's first members; empty where it is not in its place. */
  readonly founding: string;
}

/** Hosts of etcd in the spec but this one that have data, or a manifest that will make some. */
export async function otherMembers({ cluster, host, peer }: CheckContext): Promise<OtherMember[]> {
  const others = etcdHosts(cluster).filter(({ name }) => name !== host.machine.name);
  const found = await Promise.all(
    others.map(async ({ name }) => {
      const other = await peer(name);
      const [has, manifest] = await Promise.all([
        other.read(existing([dataPath(cluster), manifestPath])),
        other.read(file(manifestPath)),
      ]);
      if (has.length === 0) return undefined;
      return { host: other, founding: manifest ? foundingIn(manifest.content).join() : '' };
    }),
  );
  return found.filter((one) => one !== undefined);
}
