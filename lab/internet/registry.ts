import { createHash } from 'node:crypto';
import { bytes, type Content, type Registry, type Sites } from './site.js';

/** What a server answers. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: Content;
}

interface Asked {
  readonly url: URL;
  readonly authorization: string | undefined;
}

const refused = (status: number, code: string): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  content: bytes(JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] })),
});

const tokenFor = (registry: string, repository: string): string =>
  createHash('sha256').update(`${registry} ${repository}`).digest('base64url');

/** Reading from a registry as the OCI distribution specification has it, with tokens where it wants them. */
export function askRegistry(name: string, registry: Registry, { url, authorization }: Asked): Reply {
  const [, repository = '', kind = '', reference = ''] =
    /^\/v2\/([\w./-]+)\/(manifests|blobs)\/([\w.:+-]+)$/.exec(url.pathname) ?? [];
  const { tokensAt } = registry;
  if (tokensAt !== undefined && authorization !== `Bearer ${tokenFor(name, repository)}`) {
    const challenge = `Bearer realm="${tokensAt}",service="${name}"`;
    return { ...refused(401, 'UNAUTHORIZED'), headers: { 'www-authenticate': challenge } };
  }
  if (/^\/v2\/?$/.test(url.pathname)) return { status: 200, content: bytes('{}') };
  if (kind === '') return refused(404, 'NAME_UNKNOWN');
  const images = Object.entries(registry.images).filter(([image]) => image.startsWith(`${repository}:`));
  if (kind === 'blobs') {
    const there = images.some(([, { blobs }]) => blobs[reference] !== undefined);
    return there
      ? { status: 307, headers: { location: `${registry.blobsAt}/${reference}` } }
      : refused(404, 'BLOB_UNKNOWN');
  }
  const tagged = registry.images[`${repository}:${reference}`];
  const nested = images.map(([, { manifests }]) => manifests[reference]).find(Boolean);
  const found = tagged ? { mediaType: tagged.mediaType, content: tagged.top } : nested;
  if (!found) return refused(404, 'MANIFEST_UNKNOWN');
  return { status: 200, headers: { 'content-type': found.mediaType }, content: found.content };
}

/** What is behind the addresses that registries send to: tokens, and blobs; undefined where nothing is. */
export function askBehind({ registries }: Sites, { url }: Asked): Reply | undefined {
  for (const [name, { tokensAt, blobsAt, images }] of Object.entries(registries)) {
    if (tokensAt === `${url.origin}${url.pathname}`) {
      const repository = /^repository:([^:]+):pull$/.exec(url.searchParams.get('scope') ?? '')?.[1];
      if (url.searchParams.get('service') !== name) continue;
      if (repository === undefined) return refused(400, 'UNSUPPORTED');
      return { status: 200, content: bytes(JSON.stringify({ token: tokenFor(name, repository), expires_in: 300 })) };
    }
    const digest = url.href.startsWith(`${blobsAt}/`) ? url.href.slice(blobsAt.length + 1) : '';
    const content = Object.values(images)
      .map(({ blobs }) => blobs[digest])
      .find(Boolean);
    if (content) return { status: 200, content };
  }
  return undefined;
}

/** A registry under another name, with all of another’s images below a path, and their blobs too. */
export const mirrorOf = ({ images }: Registry, name: string, path: string): Registry => ({
  images: Object.fromEntries(Object.entries(images).map(([image, content]) => [`${path}/${image}`, content])),
  blobsAt: `https://${name}/blobs`,
});
