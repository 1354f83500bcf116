import { expect, it } from 'vitest';
import { lockText } from '../../../src/bundle/build/lock.js';
import { withPinnedSource } from '../../../src/client/spec/pinned-source.js';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { compare } from '../../../src/cluster/compare.js';
import type { Lock } from '../../../src/cluster/lock.js';
import { Folder } from '../../bundle/samples.js';
import { cluster } from '../../clusters.js';
import { lockOf } from '../../sample-lock.js';
import { good } from './wrong-specs.js';

const lock = lockOf(['bin/amd64/kubelet', 'bin/amd64/ctr', 'manifests/dashboard.yaml']);

/** What is told of a spec beside a lock. */
async function told(
  of: Lock | string | undefined,
  { source = '{ internet: { lock: i.lock } }', more = '', resolve = true } = {},
) {
  using folder = new Folder();
  if (of !== undefined) folder.file('i.lock', typeof of === 'string' ? of : lockText(of));
  const read = await readSpec(folder.file('cluster.yaml', good.replace(/source:.*\n/, `source: ${source}\n`) + more));
  try {
    return { lock: (await withPinnedSource(read, { resolve })).cluster.source.internet?.lock, problems: '' };
  } catch (error) {
    if (!(error instanceof SpecProblems)) throw error;
    const words = error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
    return { problems: words.join('\n') };
  }
}

it('puts the lock whole into what a run is started with, add-ons with it', async () =>
  expect(await told(lock, { more: 'addons: [dashboard]\n' })).toEqual({ lock, problems: '' }));

it('takes a lock that stands in the spec itself', async () =>
  expect((await told(undefined, { source: `{ internet: { lock: ${JSON.stringify(lock)} } }` })).lock).toEqual(lock));

it('resolves none to validate a spec that names none, and still looks at one that is named and at the authority', async () => {
  const resolve = false;
  expect(await told(undefined, { source: '{ internet: {} }', resolve })).toEqual({ lock: undefined, problems: '' });
  expect((await told(undefined, { resolve })).problems).toMatch('internet.lock: there is no such file');
  expect((await told(undefined, { source: '{ internet: { ca: gone.pem } }', resolve })).problems).toMatch(
    'internet.ca: there is no such file',
  );
});

const part = (more: Partial<Lock['files'][string]>): Lock => ({
  ...lock,
  files: { 'bin/amd64/kubelet': { ...lock.files['bin/amd64/kubelet']!, ...more } },
});
it.each<[string, Parameters<typeof told>, RegExp]>([
  ['is not there', [undefined], /^6:29 source\.internet\.lock: there is no such file$/],
  [
    'is a folder',
    [undefined, { source: '{ internet: { lock: . } }' }],
    /internet\.lock: the file cannot be read: EISDIR/,
  ],
  ['is no lock', ['kind: List\n'], /^6:29 .*i\.lock is no lock of a bundle/],
  ['is a bundle’s', [{ ...lock, from: 'official downloads' }], /this is the lock of a bundle \(official downloads\)/],
  ['is of another version', [{ ...lock, kubernetes: 'v1.36.3' }], /the lock is of Kubernetes v1\.36\.3$/],
  ['lacks images', [{ ...lock, images: {} }], /^6:29 source\.internet\.lock: the lock lacks images$/],
  ['lacks an add-on', [lock, { more: 'addons: [limits]\n' }], /addons\[0\]: the lock has no such add-on$/],
  [
    'has a part of no site',
    [part({ origin: 'k8s.io/kubernetes@v1.37.2' })],
    /bin\/amd64\/kubelet has no HTTPS address/,
  ],
  [
    'has a part without TLS',
    [part({ origin: 'http://a.example/kubelet' })],
    /bin\/amd64\/kubelet has no HTTPS address/,
  ],
  ['has an unproved archive', [part({ origin: 'https://a.example/a.tgz#kubelet' })], /an archive without its SHA-256/],
])('tells where it stands that a lock %s', async (_, given, words) =>
  expect((await told(...given)).problems).toMatch(words),
);

it('names an authority that cannot be read', async () =>
  expect((await told(lock, { source: '{ internet: { ca: gone.pem } }' })).problems).toMatch(
    /^6:27 source\.internet\.ca: there is no such file$/,
  ));

const of = (source: object) => cluster({ source });
const file = of({ file: { path: '/b.tar', unsigned: true, digest: `sha256:${'1'.repeat(64)}` } });
const online = of({ internet: { lock } });
it.each([
  ['a file', file, online, ['left source.internet.lock']],
  ['the internet', online, file, ['left source.file.digest']],
  ['another lock', online, of({ internet: { lock: { ...lock, files: {} } } }), ['left source.internet.lock']],
  ['a registry', cluster(), online, ['field changed source.registry.address']],
  ['mirrors', of({ internet: { lock, mirrors: { 'quay.io': 'a' } } }), online, ['left source.internet.mirrors']],
  ['no mirrors', online, of({ internet: { lock, mirrors: { 'quay.io': 'a' } } }), []],
])('knows what it is to come from %s on a cluster that stands', (_, before, wanted, differences) =>
  expect(compare(before, wanted).map(({ kind, path }) => `${kind} ${path.slice(0, 3).join('.')}`)).toEqual(differences),
);
