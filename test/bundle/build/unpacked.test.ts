import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layerOf, unpack } from '../../../src/bundle/build/unpacked.js';
import { Folder } from '../samples.js';

type Files = Readonly<Record<string, string | { readonly to: string }>>;

/** A package of an architecture that this machine has not, with a script that would end with 1. */
function deb(folder: Folder, name: string, files: Files): string {
  const root = folder.at(`${name}.d`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(`${root}/${path}`), { recursive: true });
    if (typeof content === 'string') writeFileSync(`${root}/${path}`, content, { mode: 0o755 });
    else symlinkSync(content.to, `${root}/${path}`);
  }
  mkdirSync(`${root}/DEBIAN`, { recursive: true });
  writeFileSync(`${root}/DEBIAN/preinst`, '#!/bin/false\n', { mode: 0o755 });
  const control = `Package: ${name}\nVersion: 1\nArchitecture: arm64\nMaintainer: nobody\nDescription: ${name}\n`;
  writeFileSync(`${root}/DEBIAN/control`, control);
  const file = folder.at(`${name}_1_arm64.deb`);
  execFileSync('dpkg-deb', ['--build', root, file], { stdio: 'pipe' });
  return file;
}

const packages = (folder: Folder): string[] => [
  // Before base-files by its name, and through a link that only base-files brings.
  deb(folder, 'apart', { 'sbin/apart': 'apart' }),
  deb(folder, 'base-files', { sbin: { to: 'usr/sbin' }, 'usr/sbin/.keep': '', 'etc/issue': 'Debian' }),
  deb(folder, 'base-passwd', {
    'usr/share/base-passwd/passwd.master': 'root:*:0:0:',
    'usr/share/base-passwd/group.master': 'root:*:0:',
  }),
  deb(folder, 'iptables', {
    'usr/sbin/xtables-nft-multi': 'program',
    ...Object.fromEntries(
      ['iptables-nft', 'ip6tables-nft-save', 'ebtables-nft-restore', 'iptables-legacy'].map((name) => [
        `usr/sbin/${name}`,
        { to: 'xtables-nft-multi' },
      ]),
    ),
    'usr/share/doc/iptables/NEWS': 'long',
  }),
];

describe.skipIf(!existsSync('/usr/bin/dpkg-deb'))('packages that are unpacked', () => {
  it('become a layer with what their scripts would have made', async () => {
    using folder = new Folder();
    await unpack(packages(folder), folder.at('root'));
    await layerOf(folder.at('root'), folder.at('layer.tar'));
    mkdirSync(folder.at('seen'));
    execFileSync('tar', ['-xf', folder.at('layer.tar'), '-C', folder.at('seen')]);
    const read = (path: string): string => readFileSync(folder.at(`seen/${path}`), 'utf8');
    for (const name of ['iptables', 'ip6tables-save', 'ebtables-restore', 'iptables-legacy'])
      expect(read(`usr/sbin/${name}`)).toBe('program');
    expect(existsSync(folder.at('seen/usr/sbin/iptables-save'))).toBe(false);
    expect(read('usr/sbin/apart')).toBe('apart');
    expect([read('etc/passwd'), read('etc/group'), read('etc/issue')]).toEqual(['root:*:0:0:', 'root:*:0:', 'Debian']);
    expect(existsSync(folder.at('seen/usr/share/doc'))).toBe(false);
  });

  it('give the same bytes whatever order and time it is', async () => {
    using folder = new Folder();
    const debs = packages(folder);
    await unpack(debs, folder.at('a'));
    await layerOf(folder.at('a'), folder.at('a.tar'));
    await unpack([...debs].reverse(), folder.at('b'));
    utimesSync(folder.at('b/etc/issue'), 1, 1);
    await layerOf(folder.at('b'), folder.at('b.tar'));
    expect(readFileSync(folder.at('b.tar')).equals(readFileSync(folder.at('a.tar')))).toBe(true);
  });

  it('leave no folder where one of them is cut off', async () => {
    using folder = new Folder();
    const debs = packages(folder);
    writeFileSync(debs[3]!, readFileSync(debs[3]!).subarray(0, 200));
    await expect(unpack(debs, folder.at('root'))).rejects.toThrow(/iptables_1_arm64\.deb/);
    expect(existsSync(folder.at('root'))).toBe(false);
  });
});
