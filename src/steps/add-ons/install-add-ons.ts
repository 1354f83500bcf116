import { controlPlanes } from '../../cluster/roles.js';
import { fetchFiles, misplaced, readBundle, type Placement } from '../packages/bundle-files.js';
import type { Cluster } from '../../cluster/cluster.js';
import { actedBefore } from '../acted-before.js';
import { servesApi } from '../fitness.js';
import { applyManifests, unapplied } from '../manifests.js';
import type { Step } from '../step.js';

export const installAddOns: Step = {
  name: 'installAddOns',
  does: 'Apply the add-ons that the spec names, from the bundle',
  on: (cluster) => (cluster.addons.length > 0 ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes'],
  async check(context) {
    const wanted = placements(context.cluster);
    const bundle = await readBundle(context);
    const found = await actedBefore(context, async (host) =>
      (await misplaced(host, bundle, wanted)).map(({ words }) => words),
    );
    if (!('read' in found)) return [...found];
    return unapplied(found, wanted);
  },
  async apply(context) {
    const wanted = placements(context.cluster);
    await fetchFiles(context, await readBundle(context), wanted);
    await applyManifests(context.host, wanted);
  },
};

const placements = ({ addons }: Cluster): Placement[] =>
  addons.map((name) => ({
    name: `manifests/${name}.yaml`,
    path: `/etc/kubernetes/kha/add-ons/${name}.yaml`,
    mode: '0644',
  }));
