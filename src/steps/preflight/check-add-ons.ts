import { controlPlanes } from '../../cluster/roles.js';
import { actedBefore } from '../acted-before.js';
import { answers } from '../fitness.js';
import { chartAddOns, fetchedAddOns, unfetched } from '../manifests.js';
import type { Step } from '../step.js';

export const checkAddOns: Step = {
  name: 'checkAddOns',
  does: 'Fetch the manifests that the spec names by URL, but those that a control plane has already, and render its charts',
  on: (cluster) => (fetchedAddOns(cluster).length + chartAddOns(cluster).length > 0 ? controlPlanes(cluster) : []),
  pace: { once: answers },
  retry: 'inspect',
  async check(context) {
    for (const wanted of fetchedAddOns(context.cluster)) {
      const found = await actedBefore(context, (host) => unfetched(host, [wanted]));
      // Throws what is wrong with it, hours before it would be applied.
      if (!('read' in found)) await context.manifest(wanted);
    }
    for (const chart of chartAddOns(context.cluster)) await context.manifest(chart);
    return [];
  },
};
