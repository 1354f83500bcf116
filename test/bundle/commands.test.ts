import { afterEach, expect, it, vi } from 'vitest';
import { readFileSync } from 'node:fs';
import { main } from '../../src/client/main.js';
import { writeArchive } from '../../src/bundle/write-archive.js';
import { Folder, source } from './samples.js';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function kha(...args: string[]): Promise<{ code: number; said: string }> {
  process.exitCode = undefined;
  const said: string[] = [];
  const keep = (words: string): void => void said.push(words);
  vi.spyOn(console, 'log').mockImplementation(keep);
  vi.spyOn(console, 'error').mockImplementation(keep);
  await main(['node', 'kha', 'bundle', ...args]);
  return { code: Number(process.exitCode ?? 0), said: said.join('\n') };
}

it('asks whom a bundle is to be believed from', async () => {
  using folder = new Folder();
  await writeArchive(folder.at('a.tar'), source(folder));
  expect(await kha('verify', folder.at('a.tar'))).toEqual({
    code: 2,
    said: 'say which key the bundle must be signed with (--key FILE), or take it as it is (--unsigned)',
  });
  const { code, said } = await kha('verify', folder.at('a.tar'), '--unsigned');
  expect([code, said.split(': ')[1]]).toEqual([0, 'Kubernetes v1.37.2, 2 images and 2 files, all as they should be']);
});

it('lists add-ons with the images that they run', async () => {
  using folder = new Folder();
  const base = source(folder);
  const addOns = { web: { 'registry.k8s.io/pause:3.10.2': 'pause:3.10.2' }, rules: {} };
  await writeArchive(folder.at('a.tar'), { ...base, description: { ...base.description, addOns } });
  const { said } = await kha('list', folder.at('a.tar'));
  expect(said).toContain('\nadd-on web: pause:3.10.2\nadd-on rules: no images\n');
});

it('shows what one bundle has otherwise, and takes a file out', async () => {
  using folder = new Folder();
  await writeArchive(folder.at('a.tar'), source(folder));
  await writeArchive(folder.at('b.tar'), source(folder, 'a newer kubelet'));
  expect((await kha('diff', folder.at('a.tar'), folder.at('b.tar'))).said).toBe('~ bin/amd64/kubelet');
  const path = folder.at('out');
  expect(await kha('export', folder.at('b.tar'), 'bin/amd64/kubelet', '--output-file', path)).toEqual({
    code: 0,
    said: '',
  });
  expect(readFileSync(path, 'utf8')).toBe('a newer kubelet');
  const { code, said } = await kha('export', folder.at('b.tar'), 'bin/amd64/kubectl', '--output-file', path);
  expect([code, said]).toEqual([1, expect.stringContaining('b.tar has no bin/amd64/kubectl; see: kha bundle list')]);
});

it('makes no bundle of a version that it does not know', async () => {
  const { code, said } = await kha('build', '--kubernetes', 'v1.2.3', '--output', '/nowhere');
  expect([code, said]).toEqual([
    1,
    'no profile for Kubernetes v1.2.3: expected any release of v1.35 or v1.36 or v1.37',
  ]);
});

it.each([
  ['--arch', 'amd64,s390x', '--arch: s390x is not known: expected amd64,arm64'],
  ['--connect-to', 'here', '--connect-to: here is no place to connect to: expected ADDRESS:PORT'],
])('builds nothing with %s %s', async (option, value, words) => {
  const asked = ['build', '--kubernetes', 'v1.37.2', '--output', '/nowhere', option, value];
  expect(await kha(...asked)).toEqual({ code: 2, said: words });
});
