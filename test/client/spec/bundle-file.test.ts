import { truncateSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { withProvedBundle } from '../../../src/client/spec/bundle-file.js';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { writeArchive } from '../../../src/bundle/write-archive.js';
import { imagesOf } from '../../../src/steps/runtime/images.js';
import { Folder, source } from '../../bundle/samples.js';
import { cluster } from '../../clusters.js';
import { good } from './wrong-specs.js';

const spec = (more: string): string =>
  good.replace(/source:.*\n/, `source: { file: { path: b.tar, unsigned: true${more} } }\n`);
const all = cluster();
const everything = [...new Set(all.hosts.flatMap((host) => imagesOf(all, host)))];

afterEach(() => vi.unstubAllEnvs());

/** What is told of a spec beside a bundle that has these images and is of this version. */
async function told(
  images: readonly string[],
  { kubernetes = 'v1.37.2', more = '', spoil = (_: string) => {}, write = true } = {},
) {
  using folder = new Folder();
  const path = folder.at('b.tar');
  const base = source(folder);
  if (write)
    await writeArchive(path, {
      ...base,
      description: { ...base.description, kubernetes },
      images: images.map((name) => ({ ...base.images[0]!, name, config: () => Buffer.from(JSON.stringify({ name })) })),
    });
  spoil(path);
  const read = await readSpec(folder.file('cluster.yaml', spec('') + more));
  try {
    const { cluster: found, warnings } = await withProvedBundle(read);
    return { digest: found.source.file?.digest, warnings: warnings.map(({ message }) => message), problems: [] };
  } catch (error) {
    if (!(error instanceof SpecProblems)) throw error;
    return {
      problems: error.problems.map(({ line, column, path: at, message }) => `${line}:${column} ${at}: ${message}`),
    };
  }
}

it('pins a bundle that has everything, by the same digest each time', async () => {
  const { digest, problems } = await told(everything);
  expect(problems.join()).toBe('');
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect((await told(everything)).digest).toBe(digest);
});

it.each<[string, Parameters<typeof told>, RegExp]>([
  ['is not there', [[], { write: false }], /^6:25 source\.file\.path: there is no such file/],
  ['is cut', [everything, { spoil: (path) => truncateSync(path, 4_000) }], /^6:25 .*the bundle is refused: .*cut off/],
  ['is of another version', [everything, { kubernetes: 'v1.36.3' }], /the bundle is of Kubernetes v1\.36\.3$/],
  ['lacks images', [everything.slice(1)], /the bundle lacks images$/],
  ['lacks an add-on', [everything, { more: 'addons: [dashboard]\n' }], /addons\[0\]: the bundle has no such add-on$/],
])('tells where it stands that a bundle %s', async (_, given, words) => {
  vi.stubEnv('TEMPORAL_ADDRESS', '');
  const { problems } = await told(...given);
  expect(problems.join('\n')).toMatch(words);
});

it('only warns of a file that is elsewhere, where workers may be elsewhere', async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', 'temporal.example.org:7233');
  expect(await told([], { write: false })).toEqual({
    digest: undefined,
    warnings: ['the file is not on this machine, and cannot be proved from here'],
    problems: [],
  });
});
