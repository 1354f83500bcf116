import { asChart, isBundled } from '../../cluster/add-ons.js';
import { imageReference, nameOnHosts } from '../../cluster/image-references.js';
import type { Cluster } from '../../cluster/cluster.js';
import { controlPlanes, nodes } from '../../cluster/roles.js';
import { actedBefore } from '../acted-before.js';
import { answers } from '../fitness.js';
import { fetched } from '../add-ons/laid.js';
import { addOns, cniAddOns, unfetched, type Placed } from '../manifests.js';
import { hostImages } from '../runtime/images.js';
import { registrySourceOf } from '../source.js';
import type { CheckContext, Step } from '../step.js';

export const checkAddOns: Step = {
  name: 'checkAddOns',
  does: 'Read, fetch or render the manifests of the spec’s own add-ons, but those by URL that a control plane has already, and tell which images the source lacks',
  on: (cluster) => (all(cluster).every(isBundled) ? [] : controlPlanes(cluster)),
  pace: { once: answers },
  retry: 'inspect',
  async check(context) {
    const manifests = new Map<string, string>();
    for (const one of all(context.cluster)) {
      const manifest = await manifestOf(one, context);
      if (manifest !== undefined) manifests.set(one.name, manifest);
    }
    await tellImages(context, manifests);
    return [];
  },
};

const all = (cluster: Cluster): Placed[] => [...cniAddOns(cluster), ...addOns(cluster)];

/** Throws what is wrong with it, hours before it would be applied. Undefined where nobody has to have it here. */
async function manifestOf(one: Placed, context: CheckContext): Promise<string | undefined> {
  if (one.file !== undefined) return context.secret(`file:${one.file}`);
  const chart = asChart(one);
  if (chart) return context.manifest(chart);
  const [wanted] = fetched([one]);
  if (!wanted) return undefined;
  const found = await actedBefore(context, (host) => unfetched(host, [wanted]));
  return 'read' in found ? undefined : context.manifest(wanted);
}

/**
 * Hosts of a site without the internet have of images what the source brings, and what lies in the site's own registry: the
 * rest may be somewhere that kha does not know, so it is told, and stops nothing.
 */
async function tellImages(context: CheckContext, manifests: ReadonlyMap<string, string>): Promise<void> {
  const { cluster, imagesIn, warn } = context;
  if (cluster.source.internet || manifests.size === 0) return;
  const contents = await registrySourceOf(context).description();
  // That it is not there, checkRegistry says.
  if (!contents) return;
  const there = new Set(
    nodes(cluster).flatMap((machine) => hostImages(cluster, machine, contents).map(({ name }) => name)),
  );
  const own = cluster.source.registry?.address;
  for (const [addOn, manifest] of manifests)
    for (const { image, always } of imagesIn(manifest)) {
      const reference = imageReference(image);
      const name = reference ? nameOnHosts(reference) : image;
      if (own !== undefined && name.startsWith(`${own}/`)) continue;
      if (!there.has(name))
        warn(
          `${addOn} runs ${image}, which the bundle does not bring for it: hosts will ask ${reference?.registry ?? 'nobody'}; kha bundle build --add-ons puts it in`,
        );
      else if (always)
        warn(
          `${addOn} has ${image} pulled at each start, so hosts will ask ${reference?.registry} although they have it; let its pods say imagePullPolicy: IfNotPresent`,
        );
    }
}
