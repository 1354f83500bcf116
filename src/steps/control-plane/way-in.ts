import { controlPlanes, isStacked } from '../../cluster/roles.js';
import { existing, file } from '../../facts/files.js';
import { foundingIn } from '../etcd/manifest.js';
import { manifestPath, standingOf } from '../etcd/standing.js';
import type { CheckContext } from '../step.js';
import { hasCompleted, joiningPath } from './take-over.js';

/** There from the moment `kubeadm init` is begun on a control plane. */
export const initPath = '/var/lib/kha/init';

/**
 * How a host becomes a control plane. `init`: with the first ones, all at once. `join`: it is added to a cluster that stands.
 * What was begun stays what it is, whatever others do meanwhile.
 */
export async function wayIn(context: CheckContext): Promise<'init' | 'join'> {
  const { cluster, host, peer } = context;
  if (isStacked(cluster)) {
    const standing = await standingOf(context);
    if (standing === 'newcomer' || standing === 'joining') return 'join';
    // Data that was found on a reinstalled host was started as a member of a cluster that stands.
    const manifest = await host.read(file(manifestPath));
    return manifest && foundingIn(manifest.content).includes('--initial-cluster-state=existing') ? 'join' : 'init';
  }
  const begun = await host.read(existing([initPath, joiningPath]));
  if (begun.length > 0) return begun.includes(joiningPath) ? 'join' : 'init';
  const others = controlPlanes(cluster).filter(({ name }) => name !== host.machine.name);
  const stand = await Promise.all(others.map(async ({ name }) => hasCompleted(await peer(name), 'control-plane')));
  return stand.includes(true) ? 'join' : 'init';
}
