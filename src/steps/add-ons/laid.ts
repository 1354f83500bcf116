import { asChart, asFetched, isBundled } from '../../cluster/add-ons.js';
import { actedBefore } from '../acted-before.js';
import type { Asked } from '../host.js';
import { applyManifests, notLaid, ownManifest, unfetched, type Placed } from '../manifests.js';
import type { ApplyContext, CheckContext } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';

/**
 * The control plane where manifests that are applied once for the cluster lie as they should; or what of them is not there,
 * in words.
 */
export async function laid(context: CheckContext, all: readonly Placed[]): Promise<Asked | readonly string[]> {
  const own = await ownFiles(context, all);
  return actedBefore(context, async (host) =>
    (
      await Promise.all([missingFiles(host, own), unfetched(host, fetched(all)), notLaid(host, all.filter(isBundled))])
    ).flat(),
  );
}

/** Those of the bundle lie on every control plane since its programs do. */
export async function layAndApply(context: ApplyContext, all: readonly Placed[]): Promise<void> {
  await lay(context, all);
  await applyManifests(context.host, all);
}

/** What the spec brings and kha fetches or makes. */
export async function lay(context: ApplyContext, all: readonly Placed[]): Promise<void> {
  await writeFiles(context.host, await ownFiles(context, all));
  await layFetched(context, all);
}

export const fetched = (all: readonly Placed[]) =>
  all.flatMap(({ path, ...one }) => {
    const wanted = asFetched(one);
    return wanted ? [{ ...wanted, path }] : [];
  });

/** Only what is not there as it should be: its URL may be gone by now. */
async function layFetched({ host, manifest }: ApplyContext, all: readonly Placed[]): Promise<void> {
  for (const wanted of fetched(all)) {
    if ((await unfetched(host, [wanted])).length === 0) continue;
    await writeFiles(host, [{ path: wanted.path, content: await manifest(wanted), mode: '600', secret: true }]);
  }
}

/** Read or rendered where the worker runs. */
async function ownFiles(context: CheckContext, all: readonly Placed[]): Promise<WantedFile[]> {
  const files = all.map(async ({ path, ...one }): Promise<WantedFile[]> => {
    if (one.file !== undefined) return [await ownManifest(one.file, path, context)];
    const chart = asChart(one);
    return chart ? [{ path, content: await context.manifest(chart), mode: '600', secret: true }] : [];
  });
  return (await Promise.all(files)).flat();
}
