import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Archive, blobName } from '../../../src/bundle/archive.js';
import { buildBundle } from '../../../src/bundle/build/build.js';
import { kubernetesImages, sourceFromSeed } from '../../../src/bundle/build/from-seed.js';
import { manifest } from '../../../src/bundle/oci.js';
import { writeArchive } from '../../../src/bundle/write-archive.js';
import { Folder } from '../samples.js';

const programs = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'pause', 'probe'];

async function bundleOf(folder: Folder, built: readonly string[]): Promise<Archive> {
  mkdirSync(folder.at('layers'));
  const binaries = new Map(built.map((name) => [name, folder.file(name, `${name} itself`)]));
  const images = await kubernetesImages(binaries, folder.file('netfilter.tar', 'netfilter'), folder.at('layers'));
  const description = { kubernetes: 'v1.9.0', versions: {}, systems: [{ os: 'debian-13', arch: 'amd64' as const }] };
  await writeArchive(folder.at('b.tar'), { description, images, files: [] });
  return Archive.open(folder.at('b.tar'));
}

it('makes the images that kubeadm 1.9 asks for, by their architecture’s name', async () => {
  using folder = new Folder();
  await using archive = await bundleOf(folder, programs);
  expect(Object.keys(archive.description.images).sort()).toEqual([
    'kha/probe:v1',
    'kube-apiserver-amd64:v1.9.0',
    'kube-controller-manager-amd64:v1.9.0',
    'kube-proxy-amd64:v1.9.0',
    'kube-scheduler-amd64:v1.9.0',
    'pause-amd64:3.0',
  ]);
  const layersOf = async (name: string): Promise<string[]> => {
    const { layers } = await archive.document(blobName(archive.description.images[name]!), manifest);
    return Promise.all(layers.map(async ({ digest }) => (await archive.bytes(blobName(digest))).toString()));
  };
  expect(await layersOf('kube-scheduler-amd64:v1.9.0')).toEqual([
    expect.stringMatching(/usr\/local\/bin\/kube-scheduler[^]*kube-scheduler itself/),
  ]);
  expect(await layersOf('kube-proxy-amd64:v1.9.0')).toEqual([
    'netfilter',
    expect.stringContaining('kube-proxy itself'),
  ]);
});

it('has kube-proxy’s iptables-restore wait for no lock, and do all else that it is told', async () => {
  using folder = new Folder();
  await using archive = await bundleOf(folder, programs);
  const { layers } = await archive.document(blobName(archive.description.images['kube-proxy-amd64:v1.9.0']!), manifest);
  folder.file('layer.tar', await archive.bytes(blobName(layers[1]!.digest)));
  execFileSync('tar', ['-C', folder.path, '-xf', folder.at('layer.tar')]);
  folder.file('real', '#!/bin/sh\nprintf "<%s>" "$@"\n');
  const script = readFileSync(folder.at('usr/local/bin/iptables-restore'), 'utf8');
  folder.file('restore', script.replace('/usr/sbin/iptables-restore', `sh ${folder.at('real')}`));
  const said = execFileSync('sh', [folder.at('restore'), '-w5', '--noflush', '--counters', '-T', 'a b']);
  expect(said.toString()).toBe('<--noflush><--counters><-T><a b>');
});

it('names what was not built', async () => {
  using folder = new Folder();
  await expect(bundleOf(folder, programs.slice(1))).rejects.toThrow('kube-apiserver was not built');
});

it('refuses what there is none of for the release', async () => {
  const wanted = { kubernetes: 'v1.9.0', path: '/nowhere/b.tar', packages: new Map() };
  const told = (): void => undefined;
  await expect(buildBundle({ ...wanted, from: 'official' }, told)).rejects.toThrow(/made from Go modules/);
  await expect(buildBundle({ ...wanted, addOns: [{ name: 'limits' }] as never }, told)).rejects.toThrow(/--add-ons/);
  await expect(sourceFromSeed(['amd64', 'arm64'], '/nowhere', told)).rejects.toThrow('v1.9.0 is built for amd64 alone');
});
