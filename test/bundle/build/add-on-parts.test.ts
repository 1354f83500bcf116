import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Internet } from '../../../lab/internet/internet.js';
import { Archive } from '../../../src/bundle/archive.js';
import { addOnParts } from '../../../src/bundle/build/add-on-parts.js';
import { versionsOf } from '../../../src/bundle/build/versions.js';
import { digestOfImage } from '../../../src/bundle/pull.js';
import { verifyArchive } from '../../../src/bundle/verify.js';
import { writeArchive } from '../../../src/bundle/write-archive.js';
import type { AddOn } from '../../../src/cluster/add-ons.js';
import { downloadsOf, internetOfFile, reachOf } from '../sample-internet.js';
import { Folder, source } from '../samples.js';

let internet: Internet;
internetOfFile((one) => void (internet = one));

const [agnhost, etcd] = ['registry.k8s.io/e2e-test-images/agnhost:2.66.1', 'registry.k8s.io/etcd:3.7.0-0'];
const pod = (...images: readonly string[]): string =>
  `kind: Pod\nspec: { containers: [${images.map((image) => `{ image: "${image}" }`).join(', ')}] }\n`;

async function parts(
  folder: Folder,
  addOns: readonly AddOn[],
  architectures: readonly ('amd64' | 'arm64')[] = ['amd64'],
) {
  const warnings: string[] = [];
  const around = { architectures, downloads: downloadsOf(internet, folder), reach: reachOf(internet) };
  const made = await addOnParts({ addOns, versions: versionsOf('v1.37.2'), ...around }, ({ what, state }) => {
    if (state === 'warning') warnings.push(what);
  });
  return { ...made, warnings };
}

async function written(folder: Folder, addOns: readonly AddOn[]): Promise<Archive> {
  const { files, images, addOns: described } = await parts(folder, addOns);
  const base = source(folder);
  await writeArchive(folder.at('b.tar'), {
    description: { ...base.description, addOns: described },
    images: [...base.images, ...images],
    files: [...base.files, ...files],
  });
  return Archive.open(folder.at('b.tar'));
}

it('is in a bundle with its manifest and images, each with origin and digest, proved, and the same bytes again', async () => {
  using folder = new Folder();
  using other = new Folder();
  const addOns = (of: Folder): AddOn[] => [
    { name: 'web', file: of.file('web.yaml', pod(agnhost, 'registry.k8s.io/pause:3.10.2')), images: [etcd] },
  ];
  await using archive = await written(folder, addOns(folder));
  await using again = await written(other, addOns(other));
  await verifyArchive(archive, { unsigned: true });
  expect(readFileSync(archive.path).equals(readFileSync(again.path))).toBe(true);
  const { description } = archive;
  // What every bundle has is not there a second time.
  expect(Object.keys(description.images)).toEqual(['etcd:3.7.0-0', 'pause:3.10.2', agnhost]);
  expect(description.addOns).toEqual({
    web: { [agnhost]: agnhost, [etcd]: 'etcd:3.7.0-0', 'registry.k8s.io/pause:3.10.2': 'pause:3.10.2' },
  });
  expect(description.files['manifests/web.yaml']).toMatchObject({ origin: 'web.yaml', licence: 'NOASSERTION' });
});

it('has an image by its digest under its tag, and for every architecture', async () => {
  using folder = new Folder();
  const digest = await digestOfImage(downloadsOf(internet, folder), agnhost);
  const { images, addOns } = await parts(
    folder,
    [{ name: 'web', file: folder.file('web.yaml', pod(`${agnhost}@${digest}`)) }],
    ['amd64', 'arm64'],
  );
  expect(addOns).toEqual({ web: { [`registry.k8s.io/e2e-test-images/agnhost@${digest}`]: agnhost } });
  expect(images).toMatchObject([{ name: agnhost, platforms: [{ architecture: 'amd64' }, { architecture: 'arm64' }] }]);
});

it.each<[string, string, RegExp]>([
  [
    'asked for at each start',
    pod('registry.k8s.io/x:latest'),
    /^web: a pod asks the registry for registry\.k8s\.io\/x:latest at each start/,
  ],
  ['none', pod('Not An Image'), /^web: Not An Image is no name of an image$/],
  ['not published', pod('quay.io/calico/node:v9'), /^quay\.io\/calico\/node:v9: .* is not there \(404\)$/],
  [
    'two of one tag',
    pod(agnhost, `${agnhost}@sha256:${'a'.repeat(64)}`),
    /^web: .* have both the tag .*agnhost:2\.66\.1, and a bundle has one/,
  ],
])('refuses an image that is %s', async (_, manifest, words) => {
  using folder = new Folder();
  await expect(parts(folder, [{ name: 'web', file: folder.file('web.yaml', manifest) }])).rejects.toThrow(words);
});

it('warns of a Secret, which everybody who has the bundle can read', async () => {
  using folder = new Folder();
  const { warnings } = await parts(folder, [{ name: 'web', file: folder.file('web.yaml', 'kind: Secret\n') }]);
  expect(warnings).toEqual([expect.stringMatching(/^web: its manifest has a Secret/)]);
});

it('is not whole without its manifest and images', async () => {
  using folder = new Folder();
  const base = source(folder);
  const addOns = { ghost: { 'quay.io/x/y:1': 'quay.io/x/y:1' } };
  await writeArchive(folder.at('b.tar'), { ...base, description: { ...base.description, addOns } });
  await using archive = await Archive.open(folder.at('b.tar'));
  await expect(verifyArchive(archive, { unsigned: true })).rejects.toThrow(
    /the add-on ghost has no manifest\n  quay\.io\/x\/y:1, which the add-on ghost runs, is missing$/,
  );
});
