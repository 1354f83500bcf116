import { controlPlanes } from '../../cluster/roles.js';
import { kubectl } from '../../facts/kubectl.js';
import { kubectlDiff } from '../../facts/kubectl-diff.js';
import { actedBefore } from '../acted-before.js';
import { servesApi } from '../fitness.js';
import { calicoFolder, calicoManifest, notLaid } from '../manifests.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles } from '../wanted-file.js';
import { kustomization } from './kustomization.js';

export const installCalico: Step = {
  name: 'installCalico',
  does: 'Apply Calico from the bundle, with images of the private registry',
  on: (cluster) => (cluster.networking.cni === 'calico' ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['healthy control plane'],
  gives: 'network',
  async check(context) {
    const found = await actedBefore(context, async (host) =>
      (
        await Promise.all([missingFiles(host, [kustomization(context.cluster)]), notLaid(host, [calicoManifest])])
      ).flat(),
    );
    if (!('read' in found)) return [...found];
    const difference = await found.read(kubectlDiff('-k', calicoFolder));
    return difference === undefined ? [] : [`Calico in the cluster is not the wanted one: ${difference}`];
  },
  async apply({ cluster, host }) {
    await writeFiles(host, [kustomization(cluster)]);
    await host.run(kubectl(['apply', '--server-side', '--force-conflicts', '-k', calicoFolder]));
  },
};
