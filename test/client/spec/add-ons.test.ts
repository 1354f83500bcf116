import { expect, it } from 'vitest';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { Folder } from '../../bundle/samples.js';
import { good } from './wrong-specs.js';

const digest = `sha256:${'0'.repeat(64)}`;
const url = 'https://a.example/b.yaml';

async function told(more: string): Promise<string> {
  using folder = new Folder();
  try {
    await readSpec(folder.file('cluster.yaml', `${good}addons:\n  - { name: b${more} }\n`));
    return '';
  } catch (error) {
    if (!(error instanceof SpecProblems)) throw error;
    return error.problems.map(({ line, column, path, expected }) => `${line}:${column} ${path} ${expected}`).join('\n');
  }
}

it.each([
  ['without a digest', `, url: "${url}"`, /^13:5 addons\[0\] a digest beside the address/],
  [
    'of two sources',
    `, file: a.yaml, url: "${url}", digest: "${digest}"`,
    /^13:5 addons\[0\] one of file, url and chart/,
  ],
  ['of no source', '', /^13:5 addons\[0\] one of file, url and chart/],
  [
    'with a digest of a file',
    `, file: a, digest: "${digest}"`,
    /^13:33 addons\[0\]\.digest no digest: only what an address/,
  ],
  [
    'without TLS',
    `, url: "http://a.example/b", digest: "${digest}"`,
    /^13:21 addons\[0\]\.url an address such as https/,
  ],
  ['with a login', `, url: "https://a:b@a.example/b", digest: "${digest}"`, /^13:21 .*without a login$/],
  ['with another kind of digest', `, url: "${url}", digest: "md5:0"`, /^13:57 addons\[0\]\.digest a digest: sha256/],
  ['with values of a file', ', file: a, values: v', /^13:33 addons\[0\]\.values no values: only a chart/],
  ['with a namespace of a file', ', file: a, namespace: b', /^13:36 addons\[0\]\.namespace no namespace: only a chart/],
  ['a chart of another kind', ', chart: "git://a.example/b"', /^13:23 addons\[0\]\.chart a path, or an address/],
  ['a chart of a registry without a digest', ', chart: "oci://a.example/b:1"', /^13:5 addons\[0\] a digest beside/],
  [
    'a chart of a registry with a login',
    `, chart: "oci://me:secret@a.example/b:1", digest: "${digest}"`,
    /^13:23 addons\[0\]\.chart an artifact such as oci:/,
  ],
  ['a chart without a digest', ', chart: "https://a.example/b.tgz"', /^13:5 addons\[0\] a digest beside the address/],
])('tells where it stands that an add-on is %s', async (_, more, words) => expect(await told(more)).toMatch(words));

it('takes an add-on by its URL', async () => expect(await told(`, url: "${url}", digest: "${digest}"`)).toBe(''));

it('takes a chart of a registry by its digest, as no path of this machine', async () => {
  using folder = new Folder();
  const chart = 'oci://a.example:5000/charts/b:1.0.0';
  const addons = `addons: [{ name: b, chart: "${chart}", digest: "${digest}" }]\n`;
  const { cluster } = await readSpec(folder.file('cluster.yaml', good + addons));
  expect(cluster.addons).toEqual([{ name: 'b', chart, digest }]);
});

it('takes for a network of pods what it takes for add-ons, and each name once', async () => {
  using folder = new Folder();
  const write = (cni: string, addons: string): string =>
    folder.file('cluster.yaml', `${good}networking: { cni: ${cni} }\naddons: ${addons}\n`);
  const { cluster } = await readSpec(
    write('{ addons: [crds, { name: net, chart: ./net.tgz, values: v.yaml }] }', '[limits]'),
  );
  expect(cluster.networking.cni).toEqual({
    addons: ['crds', { name: 'net', chart: folder.at('net.tgz'), values: folder.at('v.yaml') }],
  });
  await expect(readSpec(write('{ addons: [limits] }', '[limits]'))).rejects.toThrow(
    /:13:10: the same name as networking\.cni\.addons\[0\]$/,
  );
});

it.each([
  ['{ addon: [c] }', /^12:22 networking\.cni\.addon unknown key.*did you mean addons\?/m],
  ['{ chart: c }', /^12:22 networking\.cni\.chart unknown key/m],
  ['{ addons: c }', /^12:30 networking\.cni\.addons has the wrong type/],
  ['{ manifests: [a], addons: [b] }', /^12:20 networking\.cni is wrong.*one of manifests and addons$/],
  ['cilium', /^12:20 networking\.cni is not one of the known values; did you mean calico\?/],
])('says what is wrong with a network of %s', async (cni, words) => {
  using folder = new Folder();
  const reading = readSpec(folder.file('cluster.yaml', `${good}networking: { cni: ${cni} }\n`));
  const { problems } = (await reading.catch((error: unknown) => error)) as SpecProblems;
  const said = problems.map(
    ({ line, column, path, message, expected }) => `${line}:${column} ${path} ${message} ${expected}`,
  );
  expect(said.join('\n')).toMatch(words);
});
