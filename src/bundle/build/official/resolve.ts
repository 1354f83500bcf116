import { fetchedByHosts, type Lock, type LockedPart } from '../../../cluster/lock.js';
import { answersFor, publishedAt } from '../../../cluster/internet.js';
import { below } from '../../../cluster/registry-place.js';
import { upstreamOf } from '../../../cluster/image-names.js';
import { reported, type Report } from '../../../engine/report.js';
import { agnhost } from '../../../cluster/versions.js';
import type { Downloads } from '../../downloads.js';
import { digestOfImage } from '../../pull.js';
import { digestOf } from '../../tar.js';
import { chunksOf } from '../../write-tar.js';
import { apache } from '../common-files.js';
import { byName } from '../lock.js';
import type { Architecture, Versions } from '../versions.js';
import { published, type Published } from './downloads.js';
import { fetched, sumOf } from './from-official.js';
import { licenceOf, publishedImages } from './images.js';

export interface Resolving {
  readonly versions: Versions;
  readonly architectures: readonly Architecture[];
  /** Registries that are asked in place of others. */
  readonly mirrors: Readonly<Record<string, string>>;
  readonly downloads: Downloads;
  /** For what is taken out of archives. */
  readonly folder: string;
}

type Parts = (readonly [string, LockedPart])[];

/**
 * The address and SHA-256 of everything that hosts fetch: as its project publishes it, and of a member of an archive as the
 * archive has it. Of images the digest is what a registry has under the tag now, for all architectures. Throws DownloadFailed.
 */
export async function resolveLock(resolving: Resolving, report: Report): Promise<Lock> {
  const { versions, architectures, mirrors, downloads } = resolving;
  const images = { ...publishedImages(versions), [agnhost]: upstreamOf(agnhost) };
  const what = `Resolving the official downloads of Kubernetes ${versions.kubernetes}`;
  const [files, digests] = await reported(report, what, () =>
    Promise.all([
      Promise.all(published(versions, architectures).map((one) => partsOf(one, resolving, report))),
      Promise.all(
        Object.entries(images).map(async ([name, origin]) => {
          const digest = await digestOfImage(downloads, atMirror(origin, mirrors));
          return [name, { version: tagOf(name), origin, digest, licence: licenceOf(origin) }] as const;
        }),
      ),
    ]),
  );
  return {
    lock: 1,
    kubernetes: versions.kubernetes,
    from: fetchedByHosts,
    files: byName(files.flat()),
    images: byName(digests),
  };
}

const tagOf = (image: string): string => image.slice(image.lastIndexOf(':') + 1);

function atMirror(origin: string, mirrors: Resolving['mirrors']): string {
  const { registry, repository } = publishedAt(origin);
  const { host, prefix } = answersFor(registry, mirrors);
  return `${host}/${below(prefix, repository)}:${tagOf(origin)}`;
}

/** What has a published sum and is no archive is never fetched here. */
async function partsOf(one: Published, { downloads, folder }: Resolving, report: Report): Promise<Parts> {
  const { url, version, files } = one;
  const names = Object.keys(files);
  const isArchive = Object.values(files).some(({ member }) => member !== undefined);
  const sum = await sumOf(one, downloads, report);
  if (sum !== undefined && !isArchive)
    return names.map((name) => [name, { version, origin: url, digest: sum, ...apache }]);
  const all = await fetched(one, downloads, folder, report);
  return Promise.all(
    all.map(async ({ name, origin, content }) => {
      const digest = await digestOf(chunksOf(content));
      const archive = isArchive && sum !== undefined ? { archive: sum } : {};
      return [name, { version, origin, digest, ...archive, ...apache }] as const;
    }),
  );
}
