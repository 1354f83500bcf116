import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Archive } from '../../src/bundle/archive.js';
import { mediaTypes } from '../../src/bundle/oci.js';
import { serving } from '../../src/bundle/serve.js';
import { digestOf } from '../../src/bundle/tar.js';
import { writeArchive } from '../../src/bundle/write-archive.js';
import { Folder, source } from './samples.js';

let server: Server | undefined;
let archive: Archive | undefined;
let folder: Folder | undefined;
afterEach(async () => {
  server?.close();
  await archive?.[Symbol.asyncDispose]();
  folder?.[Symbol.dispose]();
});

async function served(): Promise<{ get: (path: string, init?: RequestInit) => Promise<Response>; archive: Archive }> {
  folder = new Folder();
  await writeArchive(folder.at('a.tar'), source(folder));
  archive = await Archive.open(folder.at('a.tar'));
  server = createServer(serving([archive])).listen(0, '127.0.0.1');
  await new Promise((resolve) => server!.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { archive, get: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init) };
}

it('gives manifests by tag and digest, and every blob with its digest', async () => {
  const { get, archive: bundle } = await served();
  expect((await get('/v2/')).status).toBe(200);
  const tagged = await get('/v2/pause/manifests/3.10.2');
  expect(tagged.headers.get('content-type')).toBe(mediaTypes.manifest);
  const digest = tagged.headers.get('docker-content-digest')!;
  expect(digest).toBe(bundle.description.images['pause:3.10.2']);
  expect(await (await get(`/v2/pause/manifests/${digest}`)).text()).toBe(await tagged.text());
  const { digest: kubelet } = bundle.description.files['bin/amd64/kubelet']!;
  const blob = Buffer.from(await (await get(`/v2/kha/bundle/blobs/${kubelet}`)).arrayBuffer());
  expect(await digestOf([blob])).toBe(kubelet);
});

it('goes on where a download was cut off', async () => {
  const { get, archive: bundle } = await served();
  const { digest, size } = bundle.description.files['bin/amd64/kubelet']!;
  const rest = await get(`/v2/kha/bundle/blobs/${digest}`, { headers: { range: 'bytes=8-' } });
  expect(rest.status).toBe(206);
  expect(rest.headers.get('content-range')).toBe(`bytes 8-${size - 1}/${size}`);
  expect(Buffer.from(await rest.arrayBuffer())).toEqual(Buffer.from('kubelet’s bytes').subarray(8));
  expect((await get(`/v2/kha/bundle/blobs/${digest}`, { headers: { range: `bytes=${size}-` } })).status).toBe(416);
});

it('has nothing else, and takes nothing', async () => {
  const { get } = await served();
  for (const path of [
    '/v2/pause/manifests/9.9',
    `/v2/pause/blobs/sha256:${'0'.repeat(64)}`,
    '/v2/../../etc/passwd',
    '/index.json',
    '/v2/pause/tags/list',
  ])
    expect((await get(path)).status, path).toBe(404);
  expect((await get('/v2/pause/blobs/uploads/', { method: 'POST' })).status).toBe(405);
});
