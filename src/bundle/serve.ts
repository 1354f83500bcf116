import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { blobName, type Archive } from './archive.js';
import { mediaTypes } from './oci.js';

/**
 * A read-only registry out of bundle files, which stay packed: what containerd and kha ask a registry for (OCI
 * distribution specification, pulling), and nothing else. Give it to http.createServer.
 */
export const serving =
  (archives: readonly Archive[]) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    answer(archives, request, response).catch(() => response.destroy());
  };

async function answer(archives: readonly Archive[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: number, code: string): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code, message: request.url }] }));
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'UNSUPPORTED');
  const { pathname } = new URL(request.url ?? '/', 'http://any');
  if (/^\/v2\/?$/.test(pathname)) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{}');
    return;
  }
  const [, repository = '', kind = '', reference = ''] =
    /^\/v2\/([\w./-]+)\/(manifests|blobs)\/([\w.:+-]+)$/.exec(pathname) ?? [];
  if (kind === '') return refuse(404, 'NAME_UNKNOWN');
  const digest = reference.startsWith('sha256:') ? reference : tagged(archives, repository, reference);
  const name = blobName(digest ?? '');
  const archive = archives.find(({ places }) => places.has(name));
  if (!archive || digest === undefined) return refuse(404, kind === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN');
  await send(
    archive,
    name,
    digest,
    kind === 'blobs' ? 'application/octet-stream' : typeOf(archive, digest),
    request,
    response,
  );
}

const tagged = (archives: readonly Archive[], repository: string, tag: string): string | undefined =>
  archives.map((archive) => archive.named(`${repository}:${tag}`)).find(Boolean)?.digest;

const typeOf = ({ index }: Archive, digest: string): string =>
  index.manifests.find((one) => one.digest === digest)?.mediaType ?? mediaTypes.manifest;

/** The whole blob, or what is left of it: containerd goes on where a download was cut off. */
async function send(
  archive: Archive,
  name: string,
  digest: string,
  type: string,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { size } = archive.places.get(name)!;
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  if (from > 0 && from >= size) {
    response.writeHead(416, { 'content-range': `bytes */${size}` });
    response.end();
    return;
  }
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': type,
    'content-length': size - from,
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    ...(from > 0 ? { 'content-range': `bytes ${from}-${size - 1}/${size}` } : {}),
  });
  if (method === 'HEAD') response.end();
  else await pipeline(archive.stream(name, from), response);
}
