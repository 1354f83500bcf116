import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { z } from 'zod';
import { descriptionSchema, type Description } from '../cluster/bundle-description.js';
import { index, manifest, mediaTypes, refOf, type Descriptor, type Index, type Manifest } from './oci.js';
import { entries, TarRefused, type Place } from './tar.js';

/** A bundle that is not what it should be: cut, altered, or none at all. The message names file and part. */
export class BundleRefused extends Error {}

/** Where an OCI layout keeps a blob. */
export const blobName = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
/** Bytes that are read at once. */
const chunk = 256 * 1024;

/**
 * What lies in a file from one offset up to another. The file is everybody's who reads: a stream of Node's own closes it when
 * it is broken off, whatever autoClose says, and the next file that is opened gets its number.
 */
async function* chunksOf(file: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(chunk, to - at)), 0, null, at);
    if (bytesRead === 0) throw new BundleRefused(`it was cut off at ${at} bytes while it was read`);
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Documents larger than this are none; bytes. */
const longest = 8 * 1024 * 1024;

interface Artifact {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
}

/**
 * A bundle's file, open for reading: an OCI image layout in one tar archive, which is never unpacked. Its index names one
 * artifact with the files, whose config is the description, and an image each. Close it.
 */
export class Archive implements AsyncDisposable {
  readonly path: string;
  readonly places: ReadonlyMap<string, Place>;
  readonly index: Index;
  /** The artifact that has the files. */
  readonly artifact: Artifact;
  readonly description: Description;
  readonly #file: FileHandle;

  private constructor(
    file: FileHandle,
    found: Pick<Archive, 'path' | 'places' | 'index' | 'artifact' | 'description'>,
  ) {
    this.#file = file;
    this.path = found.path;
    this.places = found.places;
    this.index = found.index;
    this.artifact = found.artifact;
    this.description = found.description;
  }

  /** Reads what the bundle says of itself, without proving it: see verify.ts. Throws BundleRefused. */
  static async open(path: string): Promise<Archive> {
    const file = await open(path, 'r');
    try {
      const places = await entries(file);
      const document = <T>(name: string, schema: z.ZodType<T>): Promise<T> => parsed(file, places, name, schema);
      const top = await document('index.json', index);
      const artifacts = await Promise.all(
        top.manifests.map(async (descriptor) => ({ descriptor, manifest: await manifestOf(document, descriptor) })),
      );
      const [artifact, ...more] = artifacts.filter((one) => one.manifest?.config.mediaType === mediaTypes.bundle);
      if (!artifact?.manifest || more.length > 0)
        throw new BundleRefused(`its index names ${more.length + (artifact ? 1 : 0)} bundles instead of one`);
      const description = await document(blobName(artifact.manifest.config.digest), descriptionSchema);
      const { descriptor, manifest: files } = artifact;
      return new Archive(file, { path, places, index: top, artifact: { descriptor, manifest: files }, description });
    } catch (error) {
      await file.close();
      if (error instanceof TarRefused || error instanceof BundleRefused)
        throw new BundleRefused(`${path} is no bundle: ${error.message}`);
      throw error;
    }
  }

  /** Throws BundleRefused where the archive has no such entry. */
  stream(name: string, from = 0): Readable {
    const { offset, size } = placeOf(this.places, name);
    return Readable.from(chunksOf(this.#file, offset + from, offset + size), { objectMode: false });
  }

  document<T>(name: string, schema: z.ZodType<T>): Promise<T> {
    return parsed(this.#file, this.places, name, schema);
  }

  bytes(name: string): Promise<Buffer> {
    return contentOf(this.#file, placeOf(this.places, name));
  }

  /** The descriptor that the index has under this name: `kube-proxy:v1.37.2`. */
  named(ref: string): Descriptor | undefined {
    return this.index.manifests.find((one) => refOf(one) === ref);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

const manifestOf = async (
  document: <T>(name: string, schema: z.ZodType<T>) => Promise<T>,
  { digest, mediaType }: Descriptor,
): Promise<Manifest | undefined> =>
  mediaType === mediaTypes.manifest ? document(blobName(digest), manifest) : undefined;

function placeOf(places: ReadonlyMap<string, Place>, name: string): Place {
  const place = places.get(name);
  if (!place) throw new BundleRefused(`${name} is not in it`);
  return place;
}

async function contentOf(file: FileHandle, { name, offset, size }: Place): Promise<Buffer> {
  if (size > longest) throw new BundleRefused(`${name} has ${size} bytes, which is no document`);
  const bytes = Buffer.alloc(size);
  await file.read(bytes, 0, size, offset);
  return bytes;
}

async function parsed<T>(
  file: FileHandle,
  places: ReadonlyMap<string, Place>,
  name: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const text = (await contentOf(file, placeOf(places, name))).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BundleRefused(`${name} is no JSON`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new BundleRefused(`${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as it should be'}`);
}
