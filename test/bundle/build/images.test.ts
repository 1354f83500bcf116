import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Archive, blobName } from '../../../src/bundle/archive.js';
import { makeImages, type Ingredients } from '../../../src/bundle/build/images.js';
import { versions, type Architecture } from '../../../src/bundle/build/versions.js';
import { architectureOf, index, manifest, mediaTypes, refOf } from '../../../src/bundle/oci.js';
import { verifyArchive } from '../../../src/bundle/verify.js';
import { writeArchive } from '../../../src/bundle/write-archive.js';
import { Folder } from '../samples.js';

const programs = [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'etcd', 'coredns', 'pause'],
  ...['calico-node', 'calico', 'install', 'kube-controllers', 'check-status', 'probe'],
];

function ingredients(folder: Folder, architecture: Architecture): Ingredients {
  const plugins = folder.at(`cni-${architecture}`);
  mkdirSync(plugins, { recursive: true });
  for (const name of ['bandwidth', 'host-local', 'loopback', 'portmap', 'tuning'])
    writeFileSync(`${plugins}/${name}`, `${name} of ${architecture}`);
  return {
    architecture,
    plugins,
    netfilter: folder.file(`netfilter-${architecture}.tar`, `netfilter of ${architecture}`),
    binaries: new Map(
      programs.map((name) => [name, folder.file(`${name}-${architecture}`, `${name} of ${architecture}`)]),
    ),
  };
}

async function bundleOf(folder: Folder, name: string, ...all: Architecture[]): Promise<Archive> {
  const layers = folder.at(`${name}.layers`);
  mkdirSync(layers);
  const images = await makeImages(
    versions,
    all.map((one) => ingredients(folder, one)),
    layers,
  );
  const description = { kubernetes: 'v1.37.2', versions: {}, systems: all.map((arch) => ({ os: 'debian-13', arch })) };
  const path = folder.at(name);
  await writeArchive(path, { description, images, files: [] });
  const archive = await Archive.open(path);
  await verifyArchive(archive, { unsigned: true });
  return archive;
}

it('makes an index of both architectures, and of each what it is by itself', async () => {
  using folder = new Folder();
  await using both = await bundleOf(folder, 'both.tar', 'amd64', 'arm64');
  await using amd64 = await bundleOf(folder, 'amd64.tar', 'amd64');
  await using arm64 = await bundleOf(folder, 'arm64.tar', 'arm64');
  const alone = { amd64, arm64 } as const;
  const images = both.index.manifests.slice(1);
  expect(images.map(refOf)).toEqual(Object.keys(amd64.description.images));
  for (const image of images) {
    expect(image.mediaType).toBe(mediaTypes.index);
    const { manifests } = await both.document(blobName(image.digest), index);
    expect(manifests.map(architectureOf)).toEqual(['amd64', 'arm64']);
    for (const one of manifests) {
      const of = alone[architectureOf(one) as Architecture];
      expect(one.digest).toBe(of.description.images[refOf(image)]);
    }
  }
});

it('puts into each the programs, tools and plugins of its own architecture', async () => {
  using folder = new Folder();
  await using both = await bundleOf(folder, 'both.tar', 'amd64', 'arm64');
  for (const name of [`kube-proxy:${versions.kubernetes}`, `calico/cni:${versions.calico}`]) {
    const { manifests } = await both.document(blobName(both.description.images[name]!), index);
    for (const one of manifests) {
      const { config, layers } = await both.document(blobName(one.digest), manifest);
      const [own, other] = architectureOf(one) === 'amd64' ? ['amd64', 'arm64'] : ['arm64', 'amd64'];
      expect(JSON.parse((await both.bytes(blobName(config.digest))).toString())).toMatchObject({ architecture: own });
      const all = await Promise.all(layers.map(async ({ digest }) => (await both.bytes(blobName(digest))).toString()));
      expect(all.join('')).toContain(name.startsWith('kube') ? `netfilter of ${own}` : `host-local of ${own}`);
      expect(all.join('')).not.toContain(`of ${other}`);
    }
  }
});

it('gives the same bytes for the same programs', async () => {
  using folder = new Folder();
  await using one = await bundleOf(folder, 'one.tar', 'amd64', 'arm64');
  await using other = await bundleOf(folder, 'other.tar', 'amd64', 'arm64');
  expect(readFileSync(one.path).equals(readFileSync(other.path))).toBe(true);
});
