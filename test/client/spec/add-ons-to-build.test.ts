import { expect, it } from 'vitest';
import { addOnsToBuild } from '../../../src/client/spec/add-ons-to-build.js';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { Folder } from '../../bundle/samples.js';
import { good } from './wrong-specs.js';

async function read(addOns: string, kubernetes = 'v1.37.2'): Promise<unknown> {
  using folder = new Folder();
  folder.file('web.yaml', 'kind: Pod\n');
  try {
    return await addOnsToBuild(folder.file('cluster.yaml', `${good}addons: ${addOns}\n`), kubernetes);
  } catch (error) {
    if (!(error instanceof SpecProblems)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`).join('\n');
  }
}

it('are those of a spec that are not kha’s own, with their paths', async () =>
  expect(await read('[limits, { name: web, file: web.yaml, images: [quay.io/x/y:1] }]')).toEqual([
    { name: 'web', file: expect.stringMatching(/^\/.*\/web\.yaml$/) as string, images: ['quay.io/x/y:1'] },
  ]));

it.each<[string, string, RegExp]>([
  [
    'nothing to make them of',
    '[web]',
    /^\d+:10 addons\[0\]: nothing says what it is made of, and kha’s own are calico, limits$/,
  ],
  [
    'a name of kha’s own',
    '[{ name: limits, file: web.yaml }]',
    /^\d+:10 addons\[0\]: every bundle has a manifest of kha’s own/,
  ],
  ['a file that is not there', '[{ name: web, file: gone.yaml }]', /^\d+:29 addons\[0\]\.file: there is no such file$/],
  [
    'no name of an image',
    '[{ name: web, file: web.yaml, images: [A B] }]',
    /^\d+:\d+ addons\[0\]\.images\[0\]: is wrong$/,
  ],
])('are refused with line and column where there is %s', async (_, addOns, words) =>
  expect(await read(addOns)).toMatch(words),
);

it('are those of the network too, but for manifests without a name', async () => {
  expect(await read('[]\nnetworking: { cni: { addons: [{ name: net, file: web.yaml }] } }')).toMatchObject([
    { name: 'net' },
  ]);
  expect(await read('[]\nnetworking: { cni: { manifests: [web.yaml] } }')).toMatch(
    /^13:34 networking\.cni\.manifests\[0\]: what goes into a bundle has a name, and this has none$/,
  );
});

it('are of the bundle’s own release', async () =>
  expect(await read('[limits]', 'v1.36.3')).toMatch(
    /^\d+:\d+ kubernetesVersion: charts would be rendered for another release than the bundle’s, v1\.36\.3$/,
  ));
