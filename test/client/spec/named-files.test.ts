import { chmodSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { withReadableFiles } from '../../../src/client/spec/named-files.js';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { Folder } from '../../bundle/samples.js';
import { good } from './wrong-specs.js';

const more = `networking: { cni: { manifests: [cilium.yaml] } }
files:
  - { path: /etc/kubernetes/audit.yaml, from: audit.yaml }
addons:
  - limits
  - { name: dashboard, file: dashboard.yaml }
`;

afterEach(() => vi.unstubAllEnvs());

async function told(folder: Folder): Promise<string[]> {
  const read = await readSpec(folder.file('cluster.yaml', good + more));
  const words = (all: readonly { path: string; message: string }[]): string[] =>
    all.map(({ path, message }) => `${path}: ${message}`);
  try {
    return words((await withReadableFiles(read)).warnings.slice(read.warnings.length));
  } catch (error) {
    if (error instanceof SpecProblems) return words(error.problems);
    throw error;
  }
}

it('names every file that a run would look for in vain, all at once', async () => {
  using folder = new Folder();
  const absent = ['networking.cni.manifests[0]', 'files[0].from', 'addons[1].file'];
  expect(await told(folder)).toEqual(absent.map((path) => `${path}: there is no such file`));
  for (const name of ['cilium.yaml', 'audit.yaml', 'dashboard.yaml']) folder.file(name);
  expect(await told(folder)).toEqual([]);
});

it.runIf(process.getuid?.() !== 0)('names one that cannot be read', async () => {
  using folder = new Folder();
  for (const name of ['cilium.yaml', 'audit.yaml', 'dashboard.yaml']) folder.file(name);
  chmodSync(folder.at('audit.yaml'), 0);
  expect(await told(folder)).toEqual([expect.stringMatching(/^files\[0\]\.from: the file cannot be read: EACCES/)]);
});

it('only warns where a worker on another machine may have them', async () => {
  using folder = new Folder();
  vi.stubEnv('TEMPORAL_ADDRESS', 'temporal.example.org:7233');
  expect((await told(folder))[0]).toBe(
    'networking.cni.manifests[0]: the file is not on this machine, and cannot be looked at from here',
  );
});
