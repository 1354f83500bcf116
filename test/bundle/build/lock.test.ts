import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildBundle } from '../../../src/bundle/build/build.js';
import { writeLocked } from '../../../src/bundle/build/locked.js';
import { lockText, parseLock } from '../../../src/bundle/build/lock.js';
import type { Lock } from '../../../src/cluster/lock.js';
import type { Source } from '../../../src/bundle/write-archive.js';
import { Folder, source } from '../samples.js';

const from = 'modules with go1.26.8';
const build = (folder: Folder, name: string, contents: Source, locked?: Lock, key?: string): Promise<Lock> =>
  writeLocked(folder.at(name), contents, { key, from, locked, lock: 'bundle.lock' });

it('says of every part what it is, in words that a site can review, and takes the same again', async () => {
  using folder = new Folder();
  const text = lockText(await build(folder, 'a.tar', source(folder)));
  expect(text).toContain(`files:
  bin/amd64/kubelet:
    version: v1.37.2
    origin: here
    digest: sha256:`);
  expect(text).toMatch(
    / {2}etcd:3\.7\.0-0:\n {4}version: 3\.7\.0-0\n {4}origin: here\n {4}digest: sha256:[0-9a-f]{64}\n/,
  );
  const again = await build(folder, 'b.tar', source(folder), parseLock(text, 'bundle.lock'));
  expect(lockText(again)).toBe(text);
  expect(readFileSync(folder.at('a.tar')).equals(readFileSync(folder.at('b.tar')))).toBe(true);
});

it.each<[what: string, change: (source: Source) => Source, words: string[]]>([
  [
    'another digest',
    (all) => ({ ...all, files: all.files.map((one) => ({ ...one, content: Buffer.from('other') })) }),
    ['bin/amd64/kubelet: its digest is sha256:', 'manifests/calico.yaml: its digest is sha256:'],
  ],
  [
    'another origin',
    (all) => ({ ...all, images: all.images.map((one) => ({ ...one, origin: 'there' })) }),
    ['etcd:3.7.0-0: its origin is there, locked is here', 'pause:3.10.2: its origin is there, locked is here'],
  ],
  [
    'a part less',
    (all) => ({ ...all, images: all.images.slice(1) }),
    ['pause:3.10.2 (3.10.2) is locked, and not there'],
  ],
  [
    'a part more',
    (all) => ({ ...all, files: [...all.files, { ...all.files[0]!, name: 'bin/amd64/crictl' }] }),
    ['bin/amd64/crictl (v1.37.2) is not locked'],
  ],
])('refuses %s than what is locked, by name, and writes nothing', async (_, change, words) => {
  using folder = new Folder();
  const locked = await build(folder, 'a.tar', source(folder));
  const refused = build(folder, 'b.tar', change(source(folder)), locked);
  await expect(refused).rejects.toThrow('what was resolved is not what bundle.lock has; nothing was written:');
  const said = await refused.catch((error: Error) => error.message.split('\n  ').slice(1));
  expect(said).toEqual(words.map((word) => expect.stringContaining(word) as string));
  expect(existsSync(folder.at('b.tar'))).toBe(false);
});

it('reads no lock of another release, of another tool, and none that is broken, before it builds anything', async () => {
  using folder = new Folder();
  const other = { ...(await build(folder, 'a.tar', source(folder))), kubernetes: 'v1.36.3' };
  const refused = (text: string): Promise<void> =>
    buildBundle(
      { kubernetes: 'v1.37.2', path: folder.at('b.tar'), packages: new Map(), lock: folder.file('x.lock', text) },
      ({ what }) => expect.unreachable(what),
    );
  await expect(refused(lockText(other))).rejects.toThrow(/x\.lock is of Kubernetes v1\.36\.3, and v1\.37\.2 is to be/);
  await expect(refused('lock: 2\n')).rejects.toThrow(/x\.lock is no lock of a bundle: lock: /);
  await expect(refused('a: [')).rejects.toThrow(/x\.lock is no YAML: /);
});
