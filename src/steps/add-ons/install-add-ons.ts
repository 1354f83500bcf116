import { controlPlanes } from '../../cluster/roles.js';
import { rolledOut } from '../../facts/rollout.js';
import { workloadsIn } from '../../facts/workloads.js';
import { actedBefore } from '../acted-before.js';
import { servesApi } from '../fitness.js';
import type { Asked } from '../host.js';
import { addOns, applyManifests, bundledAddOns, notLaid, ownManifest, unapplied } from '../manifests.js';
import type { CheckContext, Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';

export const installAddOns: Step = {
  name: 'installAddOns',
  does: 'Apply the add-ons that the spec names, of the bundle or of its own files, and wait until they run',
  on: (cluster) => (cluster.addons.length > 0 ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes'],
  check: missing,
  async apply(context) {
    const { cluster, host } = context;
    await writeFiles(host, await ownFiles(context));
    await applyManifests(host, addOns(cluster));
  },
  // Images of a site's own are pulled only now.
  verify: missing,
};

async function missing(context: CheckContext): Promise<string[]> {
  const { cluster } = context;
  const own = await ownFiles(context);
  const found = await actedBefore(context, async (host) =>
    (await Promise.all([missingFiles(host, own), notLaid(host, bundledAddOns(cluster))])).flat(),
  );
  if (!('read' in found)) return [...found];
  const absent = await unapplied(found, addOns(cluster));
  return absent.length > 0 ? absent : notRunning(found, addOns(cluster));
}

const ownFiles = (context: CheckContext): Promise<WantedFile[]> =>
  Promise.all(
    addOns(context.cluster).flatMap(({ path, file }) => (file === undefined ? [] : [ownManifest(file, path, context)])),
  );

async function notRunning(host: Asked, manifests: ReturnType<typeof addOns>): Promise<string[]> {
  const words: string[] = [];
  for (const { path } of manifests)
    for (const { namespace, name } of await host.read(workloadsIn(path)))
      words.push(...(await host.read(rolledOut(namespace, name))));
  return words;
}
