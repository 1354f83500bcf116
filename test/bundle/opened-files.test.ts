import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { indexDigest, OpenedFiles, provedArchive } from '../../src/bundle/opened-files.js';
import { writeArchive } from '../../src/bundle/write-archive.js';
import { Folder, source } from './samples.js';

it('proves a file once, and goes on with it when another takes its name', async () => {
  using folder = new Folder();
  const path = folder.at('a.tar');
  await writeArchive(path, source(folder));
  await using files = new OpenedFiles();
  const file = { path, unsigned: true } as const;
  const opened = await files.open(file);
  await writeArchive(folder.at('b.tar'), source(folder, 'another'));
  writeFileSync(`${path}.new`, readFileSync(folder.at('b.tar')));
  (await import('node:fs')).renameSync(`${path}.new`, path);
  expect(await files.open(file)).toBe(opened);
  expect(opened.description.files['bin/amd64/kubelet']?.size).toBe(Buffer.byteLength('kubelet’s bytes'));
});

it('refuses another bundle than the one that is wanted, and takes that once it is back', async () => {
  using folder = new Folder();
  const path = folder.at('a.tar');
  await writeArchive(path, source(folder));
  const wanted = await (async () => {
    await using archive = await provedArchive({ path, unsigned: true });
    return indexDigest(archive);
  })();
  await using files = new OpenedFiles();
  const file = { path, unsigned: true, digest: wanted } as const;
  await writeArchive(path, source(folder, 'another'));
  await expect(files.open(file)).rejects.toThrow(/another bundle than the one that is wanted: sha256:\w+ instead of/);
  await writeArchive(path, source(folder));
  expect((await files.open(file)).description.kubernetes).toBe('v1.37.2');
});

it.each<[string, (path: string) => void, RegExp]>([
  ['cut', (path) => truncateSync(path, 5_000), /is no bundle: it is cut off/],
  [
    'altered',
    (path) => {
      const bytes = readFileSync(path);
      bytes.write('KUBELET', bytes.indexOf('kubelet’s bytes'));
      writeFileSync(path, bytes);
    },
    /bin\/amd64\/kubelet was altered/,
  ],
  ['of no kind', (path) => writeFileSync(path, 'hello'), /is no bundle/],
])('refuses a file that is %s', async (_, spoil, words) => {
  using folder = new Folder();
  const path = folder.at('a.tar');
  await writeArchive(path, source(folder));
  spoil(path);
  await expect(provedArchive({ path, unsigned: true })).rejects.toThrow(words);
});

it('wants the signature that the spec wants', async () => {
  using folder = new Folder();
  await writeArchive(folder.at('a.tar'), source(folder));
  await expect(provedArchive({ path: folder.at('a.tar'), key: folder.at('site.pub') })).rejects.toThrow(
    /is not signed/,
  );
});
