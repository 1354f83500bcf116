import { blobName } from './archive.js';
import type { Description } from '../cluster/bundle-description.js';
import { annotations, mediaTypes, type Descriptor } from './oci.js';
import { signatureName, signed } from './signature.js';
import { digestOf } from './tar.js';
import { chunksOf, sizeOf, writeTar, type Content } from './write-tar.js';

/** An image that is made here. */
export interface Made {
  /** Its configuration, told the digests of the layers. */
  readonly config: (layers: readonly string[]) => Buffer;
  /** Uncompressed: hosts that unpack are the longest part of an install, and each has the digest of what it becomes. */
  readonly layers: readonly Content[];
}

/** An image as a registry has it: its digests stay. */
export interface Pulled {
  readonly mediaType: string;
  readonly manifest: Buffer;
  /** By digest: config and layers. */
  readonly blobs: ReadonlyMap<string, Content>;
}

/** For more than one architecture: an index names them all. */
interface Platforms {
  readonly platforms: readonly { readonly architecture: string; readonly image: Made | Pulled }[];
}

export type Image = (Made | Pulled | Platforms) & {
  /** `name:tag`. */
  readonly name: string;
  /** As of a file of the bundle. */
  readonly origin: string;
  /** SPDX expression. */
  readonly licence: string;
};

export interface Source {
  readonly description: Omit<Description, 'schema' | 'images' | 'files'>;
  readonly images: readonly Image[];
  readonly files: readonly {
    readonly name: string;
    readonly content: Content;
    readonly version: string;
    readonly origin: string;
    readonly licence: string;
  }[];
}

/**
 * Writes a bundle: the same source gives the same bytes, and the file is there only once it is whole. `key`: PEM file of
 * the private key that signs it. `approve` is told what will be in it before any of it is written, and throws where that
 * is not wanted.
 */
export async function writeArchive(
  path: string,
  source: Source,
  key?: string,
  approve: (description: Description) => void = () => undefined,
): Promise<void> {
  const blobs = new Map<string, Content>();
  const add: Add = async (mediaType, content) => {
    const digest = await digestOf(chunksOf(content));
    blobs.set(digest, content);
    return { mediaType, digest, size: await sizeOf(content) };
  };
  const manifests: Descriptor[] = [];
  for (const image of sorted(source.images)) {
    const descriptor = await addImage(image, add);
    manifests.push({ ...descriptor, annotations: { [annotations.name]: image.name } });
  }
  const files = await inOrder(sorted(source.files), async ({ content, ...file }) => ({
    ...file,
    ...(await add(mediaTypes.file, content)),
  }));
  const description: Description = {
    schema: 2,
    ...source.description,
    images: Object.fromEntries(manifests.map(({ digest, annotations: all }) => [all![annotations.name]!, digest])),
    files: Object.fromEntries(
      files.map(({ name, digest, size, origin, licence }) => [name, { digest, size, origin, licence }]),
    ),
  };
  approve(description);
  const artifact = await add(
    mediaTypes.manifest,
    json({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: mediaTypes.bundle,
      config: await add(mediaTypes.bundle, json(description)),
      layers: files.map(({ name, mediaType, digest, size }) => ({
        mediaType,
        digest,
        size,
        annotations: { [annotations.title]: name },
      })),
    }),
  );
  manifests.unshift({ ...artifact, annotations: { [annotations.name]: `kha/bundle:${description.kubernetes}` } });
  const index = json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
  await writeTar(path, [
    { name: 'oci-layout', content: json({ imageLayoutVersion: '1.0.0' }) },
    { name: 'index.json', content: index },
    ...(key === undefined ? [] : [{ name: signatureName, content: json(await signed(index, key)) }]),
    ...sorted([...blobs].map(([digest, content]) => ({ name: blobName(digest), content }))),
  ]);
}

type Add = (mediaType: string, content: Content) => Promise<Descriptor>;

async function addImage(image: Made | Pulled | Platforms, add: Add): Promise<Descriptor> {
  if ('manifest' in image) {
    for (const [digest, content] of image.blobs) {
      const { digest: found } = await add('', content);
      if (found !== digest) throw new Error(`a blob of the image is ${found} instead of ${digest}`);
    }
    return add(image.mediaType, image.manifest);
  }
  if ('platforms' in image) {
    const all = await inOrder(image.platforms, async ({ architecture, image: one }) => ({
      ...(await addImage(one, add)),
      platform: { architecture, os: 'linux' },
    }));
    return add(mediaTypes.index, json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: all }));
  }
  const layers = await inOrder(image.layers, (layer) => add(mediaTypes.layer, layer));
  const config = await add(mediaTypes.imageConfig, image.config(layers.map(({ digest }) => digest)));
  return add(mediaTypes.manifest, json({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }));
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const sorted = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
  [...all].sort((one, other) => (one.name < other.name ? -1 : 1));

async function inOrder<T, U>(all: readonly T[], each: (one: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const one of all) results.push(await each(one));
  return results;
}
