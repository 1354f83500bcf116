import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { versions } from '../versions.js';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Pushes files as one OCI artifact: each a blob that a host fetches by its digest, described by the artifact's config. */
export async function pushArtifact(
  registry: string,
  files: ReadonlyMap<string, string>,
  images: readonly string[],
): Promise<void> {
  const repository = `http://${registry}/v2/kha/bundle`;
  const layers: (Descriptor & { readonly title: string })[] = [];
  for (const [name, path] of files) {
    const { size } = await stat(path);
    const digest = await fileDigest(path);
    await pushBlob(repository, digest, size, () => Readable.toWeb(createReadStream(path)) as ReadableStream);
    layers.push({ mediaType: 'application/vnd.kubernetes-ha.file.v1', digest, size, title: name });
  }
  const { kubernetes, containerd, etcd, coredns, pause, calico, os, arch } = versions;
  const digests = await Promise.all(images.map(async (image) => [image, await imageDigest(registry, image)] as const));
  const description = JSON.stringify({
    kubernetes,
    containerd,
    etcd,
    coredns,
    pause,
    calico,
    os,
    arch,
    images: Object.fromEntries(digests),
    files: Object.fromEntries(layers.map(({ digest, size, title }) => [title, { digest, size }] as const)),
  });
  const config: Descriptor = {
    mediaType: 'application/vnd.kubernetes-ha.bundle.v1+json',
    digest: textDigest(description),
    size: Buffer.byteLength(description),
  };
  await pushBlob(repository, config.digest, config.size, () => description);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config,
    layers: layers.map(({ title, ...layer }) => ({
      ...layer,
      annotations: { 'org.opencontainers.image.title': title },
    })),
  });
  await demand(`${repository}/manifests/${versions.kubernetes}`, {
    method: 'PUT',
    headers: { 'content-type': manifestType },
    body: manifest,
  });
}

async function imageDigest(registry: string, image: string): Promise<string> {
  const [name, tag] = [image.slice(0, image.lastIndexOf(':')), image.slice(image.lastIndexOf(':') + 1)];
  const response = await demand(`http://${registry}/v2/${name}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: `${manifestType}, application/vnd.docker.distribution.manifest.v2+json` },
  });
  return response.headers.get('docker-content-digest') ?? '';
}

/** In one piece; a blob that is there already is not sent again (OCI distribution specification). */
async function pushBlob(
  repository: string,
  digest: string,
  size: number,
  body: () => ReadableStream | string,
): Promise<void> {
  if ((await fetch(`${repository}/blobs/${digest}`, { method: 'HEAD' })).ok) return;
  const begun = await demand(`${repository}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', repository);
  place.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
  await demand(place.href, { method: 'PUT', headers, body: body(), duplex: 'half' });
}

async function demand(url: string, request: RequestInit): Promise<Response> {
  const response = await fetch(url, request);
  if (!response.ok)
    throw new Error(`${request.method} ${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return response;
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

const textDigest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
