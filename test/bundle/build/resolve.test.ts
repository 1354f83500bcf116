import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import type { Internet } from '../../../lab/internet/internet.js';
import { lockProblem, lockText, parseLock } from '../../../src/bundle/build/lock.js';
import { writeLock } from '../../../src/bundle/build/locked.js';
import { resolveLock } from '../../../src/bundle/build/official/resolve.js';
import { versionsOf } from '../../../src/bundle/build/versions.js';
import { sha256Of } from '../../../src/bundle/download.js';
import { DownloadFailed } from '../../../src/engine/https.js';
import type { Lock } from '../../../src/cluster/lock.js';
import { downloadsOf, internetOfFile } from '../sample-internet.js';
import { Folder } from '../samples.js';

// A server, and archives to be made and opened.
vi.setConfig({ testTimeout: 60_000 });

let internet: Internet;
internetOfFile((one) => void (internet = one));

const resolve = (folder: Folder, mirrors = {}): Promise<Lock> =>
  resolveLock(
    {
      versions: versionsOf('v1.37.2'),
      architectures: ['amd64'],
      mirrors,
      downloads: downloadsOf(internet, folder),
      folder: folder.path,
    },
    () => undefined,
  );

it('resolves everything by published sums, and fetches only archives and what has none', async () => {
  using folder = new Folder();
  const lock = await resolve(folder);
  const program = (name: string): string => sha256Of(`the amd64 program ${name}`.padEnd(1000, '.'));
  expect(lock.files['bin/amd64/kubelet']).toEqual({
    version: 'v1.37.2',
    origin: 'https://dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet',
    digest: program('kubelet'),
    licence: 'Apache-2.0',
  });
  expect(lock.files['bin/amd64/etcdctl']).toMatchObject({
    digest: program('etcdctl'),
    archive: expect.stringMatching(/^sha256:/) as string,
  });
  expect(lock.files['manifests/calico.yaml']?.digest).toBe(sha256Of('kind: List\n'));
  const asked = internet.asked.map(({ url }) => url);
  expect(asked.filter((url) => /\/(kubelet|kubeadm|kubectl|runc\.(amd|arm)64)$/.test(url))).toEqual([]);
  expect(asked.filter((url) => /\/blobs\/|sha256\//.test(url))).toEqual([]);
  expect(lock.images['calico/node:v3.28.5']?.origin).toBe('quay.io/calico/node:v3.28.5');
  expect(Object.keys(lock.images)).toContain('e2e-test-images/agnhost:2.66.1');
  expect(lockProblem(lock)).toBeUndefined();
  await writeLock(folder.at('internet.lock'), lock);
  expect(parseLock(readFileSync(folder.at('internet.lock'), 'utf8'), 'internet.lock')).toEqual(lock);
  expect(lockText(lock)).toMatch(/^# Everything that hosts fetch from the internet\./);
  expect(await resolve(folder)).toEqual(lock);
});

it('asks a mirror in place of its registry, and keeps the registry’s own name', async () => {
  using folder = new Folder();
  await expect(resolve(folder, { 'quay.io': 'registry.k8s.io/nowhere' })).rejects.toThrow(
    /registry\.k8s\.io\/nowhere\/calico\/\w/,
  );
  expect(internet.asked.filter(({ url }) => url.startsWith('https://quay.io'))).toEqual([]);
});

it('refuses by name where an archive is not what its project publishes', async () => {
  using folder = new Folder();
  const at =
    'https://release-assets.githubusercontent.com/github-production-release-asset/etcd-io/etcd/v3.7.0/etcd-v3.7.0-linux-amd64.tar.gz';
  internet.mishaps.set(at, { altered: true });
  const failed = resolve(folder);
  await expect(failed).rejects.toThrow(DownloadFailed);
  await expect(failed).rejects.toThrow(/^bin\/amd64\/etcdctl, bin\/amd64\/etcdutl: .* is published for it$/);
});
