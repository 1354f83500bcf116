import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { blobName } from './archive.js';
import type { Description } from './description.js';
import { annotations, mediaTypes, type Descriptor } from './oci.js';
import { signatureName, signed } from './signature.js';
import { digestOf, ending, header, padding } from './tar.js';

/** Bytes that go into a bundle: a file of this machine, or what is here already. */
export type Content = { readonly path: string } | Buffer;

export interface Image {
  /** `name:tag`. */
  readonly name: string;
  readonly config: Buffer;
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
  const blobs = new Map<string, { content: Content; size: number }>();
  const add = async (mediaType: string, content: Content): Promise<Descriptor> => {
    const size = Buffer.isBuffer(content) ? content.length : (await stat(content.path)).size;
    const digest = await digestOf(Buffer.isBuffer(content) ? [content] : createReadStream(content.path));
    blobs.set(digest, { content, size });
    return { mediaType, digest, size };
  };
  const manifests: Descriptor[] = [];
  for (const { name, config, layers } of sorted(source.images)) {
    const image = await add(
      mediaTypes.manifest,
      json({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: await add(mediaTypes.imageConfig, config),
        layers: await inOrder(layers, (layer) => add(mediaTypes.layer, layer)),
      }),
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
  const parts = new Map<string, { content: Content; size: number }>();
  const document = (name: string, content: Buffer): unknown => parts.set(name, { content, size: content.length });
  document('oci-layout', json({ imageLayoutVersion: '1.0.0' }));
  const index = json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
  document('index.json', index);
  if (key !== undefined) document(signatureName, json(await signed(index, key)));
  for (const [digest, blob] of [...blobs].sort(([one], [other]) => (one < other ? -1 : 1)))
    parts.set(blobName(digest), blob);
  await writeParts(path, parts);
}

async function writeParts(path: string, parts: ReadonlyMap<string, { content: Content; size: number }>): Promise<void> {
  const making = `${path}.${process.pid}.making`;
  try {
    const file = await open(making, 'w', 0o644);
    try {
      for (const [name, { content, size }] of parts) {
        await file.write(header({ name, size }));
        await copy(content, size, name, file);
        await file.write(padding(size));
      }
      await file.write(ending);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(making, path);
  } finally {
    await rm(making, { force: true });
  }
}

async function copy(content: Content, size: number, name: string, to: FileHandle): Promise<void> {
  let written = 0;
  for await (const chunk of Buffer.isBuffer(content) ? [content] : createReadStream(content.path)) {
    const bytes = chunk as Buffer;
    await to.write(bytes);
    written += bytes.length;
  }
  if (written !== size)
    throw new Error(`${name} was changed while it was written: ${written} bytes instead of ${size}`);
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const sorted = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
  [...all].sort((one, other) => (one.name < other.name ? -1 : 1));

async function inOrder<T, U>(all: readonly T[], each: (one: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const one of all) results.push(await each(one));
  return results;
}
