import { Readable } from 'node:stream';
import { blobName, type Archive } from './archive.js';
import { index, isIndex, manifest, refOf, type Descriptor } from './oci.js';
import type { RegistryClient } from './registry-client.js';
import { RegistryFailed } from './registry-token.js';

export interface Pushed {
  readonly sent: number;
  /** Were there already. */
  readonly present: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * Puts every image and the artifact of a bundle into a registry, with the digests that they have: blobs that are there are
 * not sent again, and a name is set only once all that it names is there. Throws RegistryFailed.
 */
export async function pushArchive(
  archive: Archive,
  registry: RegistryClient,
  tell: (words: string) => void,
): Promise<Pushed> {
  const sum = { sent: 0, present: 0, size: 0 };
  for (const descriptor of archive.index.manifests) {
    const ref = refOf(descriptor);
    const [repository = '', tag = ''] = ref.split(':');
    const before = sum.size;
    await pushTree(archive, registry, repository, tag, descriptor, sum);
    tell(`${ref} (${((sum.size - before) / 1e6).toFixed(1)} MB sent)`);
  }
  return sum;
}

interface Sum {
  sent: number;
  present: number;
  size: number;
}

/** What a manifest names, and then the manifest under its reference; what an index names goes by digest. */
async function pushTree(
  archive: Archive,
  registry: RegistryClient,
  repository: string,
  reference: string,
  descriptor: Descriptor,
  sum: Sum,
): Promise<void> {
  const name = blobName(descriptor.digest);
  if (isIndex(descriptor.mediaType)) {
    const { manifests } = await archive.document(name, index);
    for (const one of manifests) await pushTree(archive, registry, repository, one.digest, one, sum);
  } else {
    const { config, layers } = await archive.document(name, manifest);
    for (const blob of [config, ...layers]) await pushBlob(archive, registry, repository, blob, sum);
  }
  await pushManifest(archive, registry, repository, reference, descriptor);
}

async function pushBlob(
  archive: Archive,
  registry: RegistryClient,
  repository: string,
  { digest, size }: Descriptor,
  sum: Sum,
): Promise<void> {
  const there = await registry.ask('HEAD', repository, `blobs/${digest}`, [200, 404]);
  if (there.status === 200) {
    sum.present += 1;
    return;
  }
  const { headers } = await registry.ask('POST', repository, 'blobs/uploads/', [202]);
  if (headers.location === undefined)
    throw new RegistryFailed(`the registry does not say where to send ${repository} to`);
  const place = new URL(headers.location, registry.origin);
  place.searchParams.set('digest', digest);
  const stream = (): Readable => archive.stream(blobName(digest));
  await registry.ask('PUT', repository, place.href, [201], { stream, size, type: 'application/octet-stream' });
  sum.sent += 1;
  sum.size += size;
}

async function pushManifest(
  archive: Archive,
  registry: RegistryClient,
  repository: string,
  reference: string,
  { digest, mediaType }: Descriptor,
): Promise<void> {
  const bytes = await archive.bytes(blobName(digest));
  const body = { stream: () => Readable.from([bytes]), size: bytes.length, type: mediaType };
  const { headers } = await registry.ask('PUT', repository, `manifests/${reference}`, [201], body);
  const said = headers['docker-content-digest'];
  if (said !== undefined && said !== digest)
    throw new RegistryFailed(`the registry keeps ${repository} ${reference} as ${String(said)} instead of ${digest}`);
}
