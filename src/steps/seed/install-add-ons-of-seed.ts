import { controlPlanes } from '../../cluster/roles.js';
import { apiObject, kubectl } from '../../facts/kubectl.js';
import { laid, lay } from '../add-ons/laid.js';
import { servesApi } from '../fitness.js';
import type { Asked } from '../host.js';
import { addOns, type Placed } from '../manifests.js';
import { notReady } from '../readiness.js';
import type { Step } from '../step.js';

/** kubectl 1.9 tells no difference, so it is applied where an object is not there; seed, line 21, for the dashboard. */
export const installAddOnsOfSeed: Step = {
  name: 'installAddOnsOfSeed',
  does: 'Apply the add-ons that the spec names, and wait until they are ready',
  on: (cluster) => (cluster.addons.length > 0 ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes'],
  async check(context) {
    const found = await laid(context, addOns(context.cluster));
    return 'read' in found ? unfinished(found, addOns(context.cluster)) : [...found];
  },
  async apply(context) {
    const all = addOns(context.cluster);
    await lay(context, all);
    for (const { path } of all) await context.host.run(kubectl(['apply', '-f', path]));
  },
  verify: ({ cluster, host }) => unfinished(host, addOns(cluster)),
};

async function unfinished(host: Asked, all: readonly Placed[]): Promise<string[]> {
  const absent: string[] = [];
  for (const { path } of all)
    if ((await host.read(apiObject(['-f', path]))) === undefined) absent.push(`${path} is not applied`);
  return absent.length > 0 ? absent : notReady(host, all);
}
