import { controlPlanes } from '../../cluster/roles.js';
import { laid, layAndApply } from '../add-ons/laid.js';
import { servesApi } from '../fitness.js';
import { cniAddOns, unapplied } from '../manifests.js';
import type { Step } from '../step.js';

export const installCniManifests: Step = {
  name: 'installCniManifests',
  does: 'Apply the manifests or charts of the network that the spec names, in their order',
  on: (cluster) => (cniAddOns(cluster).length > 0 ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['healthy control plane'],
  gives: 'network',
  async check(context) {
    const all = cniAddOns(context.cluster);
    const found = await laid(context, all);
    return 'read' in found ? unapplied(found, all) : [...found];
  },
  apply: (context) => layAndApply(context, cniAddOns(context.cluster)),
  // What was just laid on the host is not read again at each look.
  verify: ({ cluster, host }) => unapplied(host, cniAddOns(cluster)),
};
