import { blobName } from './archive.js';
import type { Description } from '../cluster/bundle-description.js';
import { annotations, mediaTypes, type Descriptor } from './oci.js';
import { signatureName, signed } from './signature.js';
import { digestOf } from './tar.js';
import { chunksOf, sizeOf, writeTar, type Content } from './write-tar.js';

export interface Image {
  /** `name:tag`. */
  readonly name: string;
  /** Its configuration, told the digests of the layers. */
  readonly config: (layers: readonly string[]) => Buffer;
  /** Uncompressed: hosts that unpack are the longest part of an install, and each has the digest of what it becomes. */
  readonly layers: readonly Content[];
}

export interface Source {
  readonly description: Omit<Description, 'schema' | 'images' | 'files'>;
  readonly images: readonly Image[];
  readonly files: readonly {
    readonly name: string;
    readonly content: Content;
    readonly origin: string;
    readonly licence: string;
  }[];
}

/**
 * Writes a bundle: the same source gives the same bytes, and the file is there only once it is whole. `key`: PEM file of
 * the private key that signs it.
 */
export async function writeArchive(path: string, source: Source, key?: string): Promise<void> {
  const blobs = new Map<string, Content>();
  const add = async (mediaType: string, content: Content): Promise<Descriptor> => {
    const digest = await digestOf(chunksOf(content));
    blobs.set(digest, content);
    return { mediaType, digest, size: await sizeOf(content) };
  };
  const manifests: Descriptor[] = [];
  for (const { name, config: configOf, layers: contents } of sorted(source.images)) {
    const layers = await inOrder(contents, (layer) => add(mediaTypes.layer, layer));
    const config = await add(mediaTypes.imageConfig, configOf(layers.map(({ digest }) => digest)));
    const image = await add(
      mediaTypes.manifest,
      json({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }),
    );
    manifests.push({ ...image, annotations: { [annotations.name]: name } });
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

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const sorted = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
  [...all].sort((one, other) => (one.name < other.name ? -1 : 1));

async function inOrder<T, U>(all: readonly T[], each: (one: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const one of all) results.push(await each(one));
  return results;
}
