import type { Cluster } from '../../cluster/cluster.js';
import { controlPlanes } from '../../cluster/roles.js';
import { servesApi } from '../fitness.js';
import type { Asked } from '../host.js';
import { addOns, unapplied } from '../manifests.js';
import { notReady } from '../readiness.js';
import type { Step } from '../step.js';
import { laid, layAndApply } from './laid.js';

export const installAddOns: Step = {
  name: 'installAddOns',
  does: 'Apply the add-ons that the spec names, of the bundle, of its own files, by URL or as charts, and wait until they are ready',
  on: (cluster) => (cluster.addons.length > 0 ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes'],
  async check(context) {
    const found = await laid(context, addOns(context.cluster));
    return 'read' in found ? unfinished(context.cluster, found) : [...found];
  },
  apply: (context) => layAndApply(context, addOns(context.cluster)),
  // Images of a site's own are pulled only now. What was just laid on the host is not read again at each look.
  verify: ({ cluster, host }) => unfinished(cluster, host),
};

/** What of the add-ons that lie on a control plane is not applied, or not ready; in words. */
async function unfinished(cluster: Cluster, host: Asked): Promise<string[]> {
  const absent = await unapplied(host, addOns(cluster));
  return absent.length > 0 ? absent : notReady(host, addOns(cluster));
}
