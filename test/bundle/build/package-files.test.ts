import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { packageFiles } from '../../../src/bundle/build/package-files.js';
import { packageManagerOf } from '../../../src/steps/packages/package-manager.js';
import { makeRpms } from '../../rpms.js';
import { Folder } from '../samples.js';

function told() {
  const warnings: string[] = [];
  return {
    warnings,
    report: ({ what, state }: { what: string; state: string }) => void (state === 'warning' && warnings.push(what)),
  };
}

function makeDeb(folder: Folder, file: string, name: string, version: string): void {
  mkdirSync(folder.at(`${file}.d/DEBIAN`), { recursive: true });
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody\nDescription: ${name}\n`;
  writeFileSync(folder.at(`${file}.d/DEBIAN/control`), control);
  execFileSync('dpkg-deb', ['--build', folder.at(`${file}.d`), folder.at(file)], { stdio: 'pipe' });
}

it.skipIf(!existsSync('/usr/bin/rpmbuild'))('takes rpms of a folder by what they say of themselves', async () => {
  using folder = new Folder();
  const made = makeRpms(folder.path, [
    { name: 'haproxy', version: '2.4.22-3.el9' },
    { name: 'bind-libs', version: '9.16.23-1.el9', epoch: 32 },
    { name: 'snapshot', version: '1.0^20240101git-1' },
  ]);
  const { warnings, report } = told();
  const of = folder.at('noarch');
  const files = await packageFiles(new Map([['rocky-9', of]]), report);
  expect(files.map(({ name }) => name)).toEqual([
    'rpm/rocky-9/bind-libs-32%3A9.16.23-1.el9.noarch.rpm',
    'rpm/rocky-9/haproxy-2.4.22-3.el9.noarch.rpm',
    'rpm/rocky-9/snapshot-1.0%5E20240101git-1.noarch.rpm',
  ]);
  expect(files.map(({ content }) => content)).toEqual([1, 0, 2].map((index) => ({ path: made[index] })));
  // What the names say is what a host reads out of them.
  const { named } = packageManagerOf({ os: 'rocky-9', arch: 'amd64' });
  expect(files.map(({ name }) => named(basename(name)).version)).toEqual([
    '32:9.16.23-1.el9',
    '2.4.22-3.el9',
    '1.0^20240101git-1',
  ]);
  expect(warnings).toEqual([
    expect.stringMatching(/lacks packages that a bare rocky-9 needs: keepalived, .*container-selinux/),
  ]);
});

it.skipIf(!existsSync('/usr/bin/dpkg-deb'))(
  'takes debs of a folder the same way, whatever their files are called',
  async () => {
    using folder = new Folder();
    makeDeb(folder, 'a.deb', 'keepalived', '1:2.2.4-0.2+b1');
    const { report } = told();
    const files = await packageFiles(new Map([['ubuntu-22.04', folder.path]]), report);
    expect(files.map(({ name, origin }) => [name, origin])).toEqual([
      ['deb/ubuntu-22.04/keepalived_1%3A2.2.4-0.2+b1_all.deb', 'a.deb'],
    ]);
  },
);

it.each<[string, Map<string, string | undefined>, RegExp]>([
  [
    'no folder',
    new Map([['rocky-9', undefined]]),
    /packages of rocky-9 are taken from a folder: --packages rocky-9=DIR/,
  ],
  ['a folder without packages', new Map([['rocky-9', import.meta.dirname]]), /has no \.rpm file for rocky-9/],
  ['another system', new Map([['fedora-43', '.']]), /fedora-43 is no system/],
])('refuses %s', (_, sources, words) => expect(packageFiles(sources, told().report)).rejects.toThrow(words));

it.skipIf(!existsSync('/usr/bin/rpmbuild'))('refuses what is no package, by its name', async () => {
  using folder = new Folder();
  folder.file('haproxy.rpm', 'an error page in place of a package');
  await expect(packageFiles(new Map([['rocky-9', folder.path]]), told().report)).rejects.toThrow(/haproxy\.rpm/);
});
