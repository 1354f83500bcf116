import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Internet } from '../../../lab/internet/internet.js';
import { Archive } from '../../../src/bundle/archive.js';
import { chooseOrigin } from '../../../src/bundle/build/official/choose.js';
import { publishedSum } from '../../../src/bundle/build/official/downloads.js';
import { sourceFromOfficial } from '../../../src/bundle/build/official/from-official.js';
import { versionsOf, type Architecture } from '../../../src/bundle/build/versions.js';
import { verifyArchive } from '../../../src/bundle/verify.js';
import { writeArchive } from '../../../src/bundle/write-archive.js';
import { downloadsOf, reachOf, sampleInternet } from '../sample-internet.js';
import { Folder } from '../samples.js';

let internet: Internet;
const ground = new Folder();
beforeAll(async () => void (internet = await sampleInternet(ground)), 60_000);
beforeEach(() => internet.mishaps.clear());
afterAll(async () => {
  await internet[Symbol.asyncDispose]();
  ground[Symbol.dispose]();
}, 60_000);

const versions = versionsOf('v1.37.2');
const description = { kubernetes: 'v1.37.2', versions: {}, systems: [{ os: 'debian-13', arch: 'amd64' as const }] };
const warnings: string[] = [];
const build = async (folder: Folder, architectures: readonly Architecture[]): Promise<Archive> => {
  warnings.length = 0;
  const told = ({ what, state }: { what: string; state: string }): void =>
    void (state === 'warning' && warnings.push(what));
  const parts = await sourceFromOfficial(versions, architectures, downloadsOf(internet, folder), folder.path, told);
  await writeArchive(folder.at('b.tar'), { description, ...parts });
  return Archive.open(folder.at('b.tar'));
};

it('makes a whole bundle for two architectures out of what the official sites publish', async () => {
  using folder = new Folder();
  await using archive = await build(folder, ['amd64', 'arm64']);
  await verifyArchive(archive, { unsigned: true });
  const { files, images } = archive.description;
  const programs = [
    ...['containerd', 'containerd-shim-runc-v2', 'crictl', 'ctr', 'etcdctl', 'etcdutl'],
    ...['kubeadm', 'kubectl', 'kubelet', 'runc'],
  ];
  expect(Object.keys(files)).toEqual([
    ...['amd64', 'arm64'].flatMap((arch) => programs.map((name) => `bin/${arch}/${name}`)),
    'manifests/calico.yaml',
  ]);
  expect(files['bin/arm64/etcdctl']?.origin).toBe(
    'https://github.com/etcd-io/etcd/releases/download/v3.7.0/etcd-v3.7.0-linux-arm64.tar.gz#etcd-v3.7.0-linux-arm64/etcdctl',
  );
  const containerd = await archive.bytes(`blobs/${files['bin/arm64/containerd']!.digest.replace(':', '/')}`);
  expect(containerd.toString()).toMatch(/^the arm64 program containerd\.+$/);
  expect(Object.keys(images)).toEqual([
    ...['calico/cni:v3.28.5', 'calico/kube-controllers:v3.28.5', 'calico/node:v3.28.5', 'coredns:v1.14.6'],
    ...['etcd:3.7.0-0', 'kube-apiserver:v1.37.2', 'kube-controller-manager:v1.37.2', 'kube-proxy:v1.37.2'],
    ...['kube-scheduler:v1.37.2', 'pause:3.10.2'],
  ]);
  expect(archive.named('etcd:3.7.0-0')?.mediaType).toBe('application/vnd.oci.image.index.v1+json');
  const unknown =
    /^bin\/(amd64|arm64)\/runc: \S+runc\.sha256sum is signed with [0-9A-F]{16}, which is no key that kha knows/;
  expect(warnings.sort()).toEqual([
    expect.stringMatching(unknown),
    expect.stringMatching(unknown),
    expect.stringMatching(/^manifests\/calico\.yaml: nobody publishes a sum of https:\/\/raw\.\S+; keep a --lock$/),
  ]);
});

it('keeps an image for one architecture as the registry has it, and gives the same bytes again', async () => {
  using folder = new Folder();
  using other = new Folder();
  await using archive = await build(folder, ['amd64']);
  await using again = await build(other, ['amd64']);
  await verifyArchive(archive, { unsigned: true });
  expect(archive.named('pause:3.10.2')?.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
  expect(readFileSync(archive.path).equals(readFileSync(again.path))).toBe(true);
});

it.each<[what: string, at: string, words: RegExp]>([
  [
    'an archive is altered',
    'https://release-assets.githubusercontent.com/github-production-release-asset/containerd/containerd/v2.4.2/containerd-2.4.2-linux-amd64.tar.gz',
    /^bin\/amd64\/containerd, bin\/amd64\/ctr, bin\/amd64\/containerd-shim-runc-v2: .* is published for it$/,
  ],
  [
    'a list of sums is not one',
    'https://github.com/etcd-io/etcd/releases/download/v3.7.0/SHA256SUMS',
    /^bin\/amd64\/etcdctl, bin\/amd64\/etcdutl: \S+SHA256SUMS has no SHA-256 of etcd-v3\.7\.0-linux-amd64\.tar\.gz$/,
  ],
])('refuses by name where %s', async (_, at, words) => {
  using folder = new Folder();
  internet.mishaps.set(at, { altered: true });
  await expect(build(folder, ['amd64'])).rejects.toThrow(words);
});

it.each([
  ['one sum alone', `${'a'.repeat(64)}\n`, `sha256:${'a'.repeat(64)}`],
  ['a list', `${'b'.repeat(64)}  other\n${'A'.repeat(64)} *./runc.amd64\n`, `sha256:${'a'.repeat(64)}`],
  ['one sum of another file', `${'a'.repeat(64)}  runc.arm64\n`, undefined],
  ['no sum', '<html>\n', undefined],
])('reads %s as projects publish them', (_, text, sum) => expect(publishedSum(text, 'runc.amd64')).toBe(sum));

it('chooses the official downloads where they answer, says so where it does not, and knows what was never released', async () => {
  const said: string[] = [];
  const choose = (kubernetes: string, reach = reachOf(internet)): Promise<string> =>
    chooseOrigin(kubernetes, reach, ({ what }) => said.push(what));
  expect([await choose('v1.37.2'), said]).toEqual(['official', []]);
  const nobody = { ...reachOf(internet), connectTo: { host: '127.0.0.1', port: 1 } };
  expect(await choose('v1.37.2', nobody)).toBe('modules');
  expect(said).toEqual([
    expect.stringMatching(/^No official downloads, so it is built from Go modules: dl\.k8s\.io cannot be reached: /),
  ]);
  await expect(choose('v1.37.99')).rejects.toThrow(
    /^Kubernetes v1\.37\.99 was not released: https:\/\/dl\.k8s\.io\/\S+ is not there \(404\)$/,
  );
});
