import { createReadStream } from 'node:fs';
import { expect, it } from 'vitest';
import type { Internet } from '../../lab/internet/internet.js';
import { parseReference, pull } from '../../src/bundle/pull.js';
import { digestOf } from '../../src/bundle/tar.js';
import { downloadsOf, internetOfFile } from './sample-internet.js';
import { Folder } from './samples.js';

let internet: Internet;
internetOfFile((one) => void (internet = one));

const images = ['registry.k8s.io/coredns/coredns:v1.14.6', 'quay.io/calico/node:v3.28.5'];

it.each(images)('pulls %s for one architecture by digest, with a token where the registry wants one', async (image) => {
  using folder = new Folder();
  const { mediaType, manifest, blobs } = await pull(downloadsOf(internet, folder), image, 'arm64');
  expect(mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
  const { config, layers } = JSON.parse(manifest.toString()) as { config: { digest: string }; layers: object[] };
  expect([blobs.size, layers.length]).toEqual([3, 2]);
  for (const [digest, content] of blobs)
    expect(await digestOf(createReadStream((content as { path: string }).path))).toBe(digest);
  expect(blobs.has(config.digest)).toBe(true);
  const logins = internet.asked.filter(({ login }) => login).map(({ url }) => new URL(url).hostname);
  // The token goes to the registry that wanted it, and not on to the store of its blobs.
  expect(new Set(logins)).toEqual(new Set(image.startsWith('quay') ? ['quay.io'] : []));
});

it('says which image is not there, is for other machines, or is not what its digest says', async () => {
  using folder = new Folder();
  const failed = (image: string, architecture = 'amd64'): Promise<unknown> =>
    pull(downloadsOf(internet, folder), image, architecture);
  await expect(failed('registry.k8s.io/pause:3.11')).rejects.toThrow(
    /^registry\.k8s\.io\/pause:3\.11: .* is not there \(404\)$/,
  );
  await expect(failed('registry.k8s.io/pause:3.10.2', 's390x')).rejects.toThrow(
    'registry.k8s.io/pause:3.10.2: there is none for s390x, only for amd64, arm64',
  );
  const { manifest } = await pull(downloadsOf(internet, folder), 'registry.k8s.io/etcd:3.7.0-0', 'amd64');
  const [at = ''] = internet.asked.map(({ url }) => url).filter((url) => /etcd\/manifests\/sha256:/.test(url));
  expect(manifest.length).toBeGreaterThan(100);
  internet.mishaps.set(at, { altered: true });
  await expect(failed('registry.k8s.io/etcd:3.7.0-0')).rejects.toThrow(
    /^registry\.k8s\.io\/etcd:3\.7\.0-0: its manifest is sha256:\w+, and the registry says sha256:\w+$/,
  );
  expect(() => parseReference('nginx')).toThrow('nginx is no image of a registry: expected HOST/NAME:TAG');
});
