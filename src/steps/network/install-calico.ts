import { controlPlanes } from '../../cluster/roles.js';
import { kubectl } from '../../facts/kubectl.js';
import { kubectlDiff } from '../../facts/kubectl-diff.js';
import { fetchFiles, misplaced, readBundle, type Placement } from '../packages/bundle-files.js';
import { actedBefore } from '../acted-before.js';
import { servesApi } from '../fitness.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles } from '../wanted-file.js';
import { calicoFolder, kustomization } from './kustomization.js';

const manifest: Placement = { name: 'manifests/calico.yaml', path: `${calicoFolder}/calico.yaml`, mode: '0644' };

export const installCalico: Step = {
  name: 'installCalico',
  does: 'Apply Calico from the bundle, with images of the private registry',
  on: (cluster) => (cluster.networking.cni === 'calico' ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['healthy control plane'],
  gives: 'network',
  async check(context) {
    const bundle = await readBundle(context);
    const found = await actedBefore(context, async (host) => {
      const [files, bundled] = await Promise.all([
        missingFiles(host, [kustomization(context.cluster)]),
        misplaced(host, bundle, [manifest]),
      ]);
      return [...files, ...bundled.map(({ words }) => words)];
    });
    if (!('read' in found)) return [...found];
    const difference = await found.read(kubectlDiff('-k', calicoFolder));
    return difference === undefined ? [] : [`Calico in the cluster is not the wanted one: ${difference}`];
  },
  async apply(context) {
    const { cluster, host } = context;
    await fetchFiles(context, await readBundle(context), [manifest]);
    await writeFiles(host, [kustomization(cluster)]);
    await host.run(kubectl(['apply', '--server-side', '--force-conflicts', '-k', calicoFolder]));
  },
};
