import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { Archive, blobName } from '../../src/bundle/archive.js';
import { ending, header, padding } from '../../src/bundle/tar.js';
import { verifyArchive } from '../../src/bundle/verify.js';
import { writeArchive } from '../../src/bundle/write-archive.js';
import { Folder, source } from './samples.js';

const verified = async (path: string, key?: string): Promise<void> => {
  await using archive = await Archive.open(path);
  await verifyArchive(archive, key === undefined ? { unsigned: true } : { key });
};

it('gives the same bytes for the same source, whatever the files’ times are', async () => {
  using folder = new Folder();
  await writeArchive(folder.at('a.tar'), source(folder));
  utimesSync(folder.at('kubelet'), 1, 1);
  const turned = source(folder);
  await writeArchive(folder.at('b.tar'), {
    ...turned,
    images: [...turned.images].reverse(),
    files: [...turned.files].reverse(),
  });
  expect(readFileSync(folder.at('a.tar')).equals(readFileSync(folder.at('b.tar')))).toBe(true);
  await verified(folder.at('b.tar'));
  expect(readdirSync(folder.path).filter((name) => name.includes('making'))).toEqual([]);
});

it('is a tar archive to others too, with an OCI layout in it', async () => {
  using folder = new Folder();
  await writeArchive(folder.at('a.tar'), source(folder));
  execFileSync('tar', ['-xf', folder.at('a.tar'), '-C', folder.path]);
  expect(JSON.parse(readFileSync(folder.at('oci-layout'), 'utf8'))).toEqual({ imageLayoutVersion: '1.0.0' });
  const { manifests } = JSON.parse(readFileSync(folder.at('index.json'), 'utf8')) as {
    manifests: { digest: string; annotations: Record<string, string> }[];
  };
  expect(manifests.map(({ annotations }) => annotations['org.opencontainers.image.ref.name'])).toEqual([
    'kha/bundle:v1.37.2',
    'etcd:3.7.0-0',
    'pause:3.10.2',
  ]);
  // Both images and both files: the layer that images share is there once.
  expect(readdirSync(folder.at('blobs/sha256'))).toHaveLength(3 + 3 + 2 + 2);
});

it('stays open to everybody else when one reader breaks off', async () => {
  using folder = new Folder();
  await writeArchive(folder.at('a.tar'), source(folder, 'k'.repeat(1_000_000)));
  await using archive = await Archive.open(folder.at('a.tar'));
  const name = blobName(archive.description.files['bin/amd64/kubelet']!.digest);
  const [broken, whole] = [archive.stream(name), archive.stream(name, 999_998)];
  await once(broken, 'data');
  broken.destroy();
  await once(broken, 'close');
  // Whoever opens a file next must not get the number of the bundle's.
  await using other = await open(folder.file('other', 'another file'));
  expect(await text(whole)).toBe('kk');
  expect((await text(archive.stream(name))).length).toBe(1_000_000);
  expect((await other.readFile()).toString()).toBe('another file');
});

it('names the part that was altered, is cut off, or is over', async () => {
  using folder = new Folder();
  const path = folder.at('a.tar');
  await writeArchive(path, source(folder));
  const whole = readFileSync(path);
  const altered = Buffer.from(whole);
  altered.write('K', altered.indexOf('kubelet’s bytes'));
  writeFileSync(path, altered);
  await expect(verified(path)).rejects.toThrow(/bin\/amd64\/kubelet was altered: it is not sha256:/);
  writeFileSync(path, whole.subarray(0, whole.length - 1600));
  await expect(verified(path)).rejects.toThrow(/a\.tar is no bundle: it is cut off/);
  const more = Buffer.from('more');
  const added = [header({ name: 'more', size: 4 }), more, padding(4), ending];
  writeFileSync(path, Buffer.concat([whole.subarray(0, whole.length - ending.length), ...added]));
  await expect(verified(path)).rejects.toThrow('more is in it, and nothing names it');
});

it.each([
  ['a symbolic link', () => link('blobs/x', '/etc/passwd'), /blobs\/x is no plain file \(type 2\)/],
  ['a way out', () => header({ name: '../../etc/cron.d/x', size: 0 }), /"\.\.\/\.\.\/etc\/cron\.d\/x" leads out of it/],
  ['an absolute name', () => header({ name: '/etc/passwd', size: 0 }), /"\/etc\/passwd" leads out of it/],
  [
    'a name twice',
    () => Buffer.concat([header({ name: 'x', size: 0 }), header({ name: 'x', size: 0 })]),
    /x is in it twice/,
  ],
  ['no tar at all', () => Buffer.alloc(2048, 'PK'), /it is no tar file/],
  ['nothing', () => Buffer.alloc(0), /index\.json is not in it/],
])('refuses an archive with %s', async (_, begin, words) => {
  using folder = new Folder();
  folder.file('bad.tar', Buffer.concat([begin(), ending]));
  await expect(verified(folder.at('bad.tar'))).rejects.toThrow(words);
});

it('is signed, and believed by the right key alone', async () => {
  using folder = new Folder();
  const [mine, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const pem = (name: string, key: typeof mine.publicKey, type: 'spki' | 'pkcs8'): string =>
    folder.file(name, key.export({ type, format: 'pem' }));
  const key = pem('key.pem', mine.privateKey, 'pkcs8');
  await writeArchive(folder.at('a.tar'), source(folder), key);
  await verified(folder.at('a.tar'), pem('key.pub', mine.publicKey, 'spki'));
  await expect(verified(folder.at('a.tar'), pem('other.pub', other.publicKey, 'spki'))).rejects.toThrow(
    /it is signed with SHA256:/,
  );
  await writeArchive(folder.at('b.tar'), source(folder));
  await expect(verified(folder.at('b.tar'), folder.at('key.pub'))).rejects.toThrow(/b\.tar is not signed/);
  await verified(folder.at('b.tar'));
  const bytes = readFileSync(folder.at('a.tar'));
  // Another name in the index, which no blob's digest would show.
  bytes.write('pausf:3.10.2', bytes.indexOf('pause:3.10.2', bytes.indexOf('index.json')));
  writeFileSync(folder.at('a.tar'), bytes);
  await expect(verified(folder.at('a.tar'), folder.at('key.pub'))).rejects.toThrow(
    /pausf:3\.10\.2 is not in its description/,
  );
});

function link(name: string, to: string): Buffer {
  const bytes = header({ name, size: 0 });
  bytes.write('2', 156);
  bytes.write(to, 157);
  bytes.write('        ', 148);
  bytes.write(
    `${bytes
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return bytes;
}
