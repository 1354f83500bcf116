import { controlPlanes } from '../../cluster/roles.js';
import { servesApi } from '../fitness.js';
import { addOns, applyManifests, notLaid, unapplied } from '../manifests.js';
import type { Step } from '../step.js';

export const installAddOns: Step = {
  name: 'installAddOns',
  does: 'Apply the add-ons that the spec names, from the bundle',
  on: (cluster) => (cluster.addons.length > 0 ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes'],
  async check({ cluster, host }) {
    const absent = await notLaid(host, addOns(cluster));
    return absent.length > 0 ? absent : unapplied(host, addOns(cluster));
  },
  apply: ({ cluster, host }) => applyManifests(host, addOns(cluster)),
};
