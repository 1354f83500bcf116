import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { asChart, asFetched, type AddOn } from '../../cluster/add-ons.js';
import type { Description } from '../../cluster/bundle-description.js';
import { upstreamOf } from '../../cluster/image-names.js';
import { imageReference, nameInBundle, nameOnHosts, type ImageReference } from '../../cluster/image-references.js';
import { reported, type Report } from '../../engine/report.js';
import { renderChart } from '../add-ons/chart.js';
import { ChartRefused } from '../add-ons/documents.js';
import { fetchedManifest } from '../add-ons/fetched.js';
import { imagesIn } from '../add-ons/pod-images.js';
import type { Downloads } from '../downloads.js';
import type { Reach } from '../../engine/https.js';
import type { Image, Source } from '../write-archive.js';
import { imageFor } from './official/from-official.js';
import { publishedImages } from './official/images.js';
import type { Architecture, Versions } from './versions.js';

export interface AddOnsBuild {
  readonly addOns: readonly AddOn[];
  readonly versions: Versions;
  readonly architectures: readonly Architecture[];
  readonly downloads: Downloads;
  readonly reach: Reach;
}

type Parts = Pick<Source, 'files' | 'images'> & { readonly addOns: NonNullable<Description['addOns']> };
type File = Source['files'][number];

/**
 * What a bundle holds of add-ons: the manifest of each, as an install would apply it, and the images that its pods run, from
 * where they are published. Throws ChartRefused, and DownloadFailed.
 */
export async function addOnParts(build: AddOnsBuild, report: Report): Promise<Parts> {
  const files: File[] = [];
  const addOns: Record<string, Record<string, string>> = {};
  const wanted = new Map<string, ImageReference>();
  const there = ownImages(build.versions);
  for (const one of build.addOns) {
    const { text, origin } = await manifestOf(one, build, report);
    if (/^kind: *["']?Secret\b/m.test(text))
      report({
        what: `${one.name}: its manifest has a Secret, which whoever has the bundle can read`,
        state: 'warning',
      });
    files.push({
      name: `manifests/${one.name}.yaml`,
      content: Buffer.from(text),
      version: build.versions.kubernetes,
      origin,
      licence: 'NOASSERTION',
    });
    addOns[one.name] = Object.fromEntries(
      imagesOf(one, text).map((image) => {
        const onHosts = nameOnHosts(image);
        const own = there.get(onHosts);
        if (own === undefined) addTo(wanted, image, one.name);
        return [onHosts, own ?? nameInBundle(image)];
      }),
    );
  }
  const what = `Downloading ${wanted.size} images of add-ons: ${[...wanted.keys()].join(', ')}`;
  const { architectures, downloads } = build;
  const pull = ([name, image]: [string, ImageReference]): Promise<Image> =>
    imageFor(name, nameOnHosts(image), architectures, downloads);
  const images = wanted.size === 0 ? [] : await reported(report, what, () => Promise.all([...wanted].map(pull)));
  return { files, images, addOns };
}

/** Images that every bundle of the release has, by the names under which they are published. */
const ownImages = (versions: Versions): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(publishedImages(versions)).flatMap(([name, published]) => {
      const [repository = '', tag = ''] = name.split(':');
      return [published, `${upstreamOf(repository)}:${tag}`].map((one) => [one, name] as const);
    }),
  );

function addTo(wanted: Map<string, ImageReference>, image: ImageReference, addOn: string): void {
  const name = nameInBundle(image);
  const other = wanted.get(name);
  if (other && nameOnHosts(other) !== nameOnHosts(image))
    throw new ChartRefused(
      `${addOn}: ${nameOnHosts(image)} and ${nameOnHosts(other)} have both the tag ${name}, and a bundle has one image of a tag`,
    );
  wanted.set(name, image);
}

/** What a pod asks its registry for at each start, no bundle can help it to. */
function imagesOf({ name, images = [] }: AddOn, manifest: string): ImageReference[] {
  return [...imagesIn(manifest), ...images.map((image) => ({ image, always: false }))].map(({ image, always }) => {
    const found = imageReference(image);
    if (!found) throw new ChartRefused(`${name}: ${image} is no name of an image`);
    if (always)
      throw new ChartRefused(
        `${name}: a pod asks the registry for ${image} at each start (imagePullPolicy: Always, or a tag that is latest or none), whatever a bundle brings: let it say IfNotPresent`,
      );
    return found;
  });
}

async function manifestOf(
  one: AddOn,
  { versions: { kubernetes }, reach }: AddOnsBuild,
  report: Report,
): Promise<{ readonly text: string; readonly origin: string }> {
  const [fetched, chart] = [asFetched(one), asChart(one)];
  if (fetched) return { text: await fetchedManifest(fetched, reach), origin: fetched.url };
  if (chart) {
    const { manifest, helm } = await renderChart(chart, kubernetes, { report, reach });
    const values = chart.values === undefined ? '' : ` with ${basename(chart.values)}`;
    const from = /^\w+:\/\//.test(chart.chart) ? chart.chart : basename(chart.chart);
    return { text: manifest, origin: `${from}${values}, rendered by Helm ${helm}` };
  }
  if (one.file === undefined)
    throw new ChartRefused(`${one.name}: only kha itself makes an add-on out of a name alone`);
  return { text: await readFile(one.file, 'utf8'), origin: basename(one.file) };
}
