import { controlPlanes } from '../../cluster/roles.js';
import { kubectl } from '../../facts/kubectl.js';
import { kubectlDiff } from '../../facts/kubectl-diff.js';
import { fetchFiles, misplaced, readBundle, type Placement } from '../packages/bundle-files.js';
import type { Cluster } from '../../cluster/cluster.js';
import { actedBefore } from '../acted-before.js';
import { servesApi } from '../fitness.js';
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
    const missing: string[] = [];
    for (const { path } of wanted) {
      const difference = await found.read(kubectlDiff('-f', path));
      if (difference !== undefined) missing.push(`${path} is not applied: ${difference}`);
    }
    return missing;
  },
  async apply(context) {
    const wanted = placements(context.cluster);
    await fetchFiles(context, await readBundle(context), wanted);
    for (const { path } of wanted)
      await context.host.run(kubectl(['apply', '--server-side', '--force-conflicts', '-f', path]));
  },
};

const placements = ({ addons }: Cluster): Placement[] =>
  addons.map((name) => ({
    name: `manifests/${name}.yaml`,
    path: `/etc/kubernetes/kha/add-ons/${name}.yaml`,
    mode: '0644',
  }));
