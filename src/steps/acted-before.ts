import { controlPlanes } from '../cluster/roles.js';
import type { Asked } from './host.js';
import type { CheckContext } from './step.js';

/**
 * Where what one control plane did for the cluster can be looked at: the host that acts today where its files lie there, or
 * another control plane that acted before, in an older order of the hosts or while this one was away. `missing`: what a host
 * lacks of those files. Gives what the acting host lacks where nobody has them.
 */
export async function actedBefore(
  { cluster, host, peer }: Pick<CheckContext, 'cluster' | 'host' | 'peer'>,
  missing: (host: Asked) => Promise<string[]>,
): Promise<Asked | readonly string[]> {
  const lacking = await missing(host);
  if (lacking.length === 0) return host;
  for (const { name } of controlPlanes(cluster).filter((one) => one.name !== host.machine.name)) {
    const other = await peer(name);
    // Who cannot be asked is no help; the work is done again then, which harms nothing.
    const found = await missing(other).catch(() => lacking);
    if (found.length === 0) return other;
  }
  return lacking;
}
