import type { Cluster } from '../../cluster/cluster.js';
import { controlPlanes } from '../../cluster/roles.js';
import { actedBefore } from '../acted-before.js';
import { servesApi } from '../fitness.js';
import type { Asked } from '../host.js';
import {
  addOns,
  applyManifests,
  bundledAddOns,
  chartAddOns,
  fetchedAddOns,
  notLaid,
  ownManifest,
  unapplied,
  unfetched,
} from '../manifests.js';
import { notReady } from '../readiness.js';
import type { ApplyContext, CheckContext, Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';

export const installAddOns: Step = {
  name: 'installAddOns',
  does: 'Apply the add-ons that the spec names, of the bundle, of its own files, by URL or as charts, and wait until they are ready',
  on: (cluster) => (cluster.addons.length > 0 ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes'],
  check: missing,
  async apply(context) {
    const { cluster, host } = context;
    await writeFiles(host, await ownFiles(context));
    await layFetched(context);
    await applyManifests(host, addOns(cluster));
  },
  // Images of a site's own are pulled only now. What was just laid on the host is not read again at each look.
  verify: ({ cluster, host }) => unfinished(cluster, host),
};

async function missing(context: CheckContext): Promise<string[]> {
  const { cluster } = context;
  const own = await ownFiles(context);
  const found = await actedBefore(context, async (host) =>
    (
      await Promise.all([
        missingFiles(host, own),
        unfetched(host, fetchedAddOns(cluster)),
        notLaid(host, bundledAddOns(cluster)),
      ])
    ).flat(),
  );
  return 'read' in found ? unfinished(cluster, found) : [...found];
}

/** What of the add-ons that lie on a control plane is not applied, or not ready; in words. */
async function unfinished(cluster: Cluster, host: Asked): Promise<string[]> {
  const absent = await unapplied(host, addOns(cluster));
  return absent.length > 0 ? absent : notReady(host, addOns(cluster));
}

/** Only what is not there as it should be: its URL may be gone by now. */
async function layFetched({ cluster, host, manifest }: ApplyContext): Promise<void> {
  for (const wanted of fetchedAddOns(cluster)) {
    if ((await unfetched(host, [wanted])).length === 0) continue;
    await writeFiles(host, [{ path: wanted.path, content: await manifest(wanted), mode: '600', secret: true }]);
  }
}

/** Read or rendered where the worker runs. */
const ownFiles = async (context: CheckContext): Promise<WantedFile[]> => [
  ...(await Promise.all(
    addOns(context.cluster).flatMap(({ path, file }) => (file === undefined ? [] : [ownManifest(file, path, context)])),
  )),
  ...(await Promise.all(
    chartAddOns(context.cluster).map(async ({ path, ...chart }) => ({
      path,
      content: await context.manifest(chart),
      mode: '600',
      secret: true,
    })),
  )),
];
