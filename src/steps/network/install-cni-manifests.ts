import { cniManifests, controlPlanes } from '../../cluster/roles.js';
import { actedBefore } from '../acted-before.js';
import { servesApi } from '../fitness.js';
import { applyManifests, cniPaths, ownManifest, unapplied } from '../manifests.js';
import type { CheckContext, Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';

export const installCniManifests: Step = {
  name: 'installCniManifests',
  does: 'Apply the manifests of the network that the spec names, in their order',
  on: (cluster) => (cniManifests(cluster).length > 0 ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['healthy control plane'],
  gives: 'network',
  async check(context) {
    const wanted = await files(context);
    const found = await actedBefore(context, (host) => missingFiles(host, wanted));
    if (!('read' in found)) return [...found];
    return unapplied(found, wanted);
  },
  async apply(context) {
    const wanted = await files(context);
    await writeFiles(context.host, wanted);
    await applyManifests(context.host, wanted);
  },
  // What was just laid on the host is not read again at each look.
  verify: ({ cluster, host }) => unapplied(host, cniPaths(cluster)),
};

const files = (context: CheckContext): Promise<WantedFile[]> =>
  Promise.all(
    cniManifests(context.cluster).map((file, index) =>
      ownManifest(file, cniPaths(context.cluster)[index]!.path, context),
    ),
  );
