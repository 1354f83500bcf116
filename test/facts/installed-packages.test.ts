import { describe, expect, it } from 'vitest';
import { answer } from '../../src/facts/fact.js';
import { installedPackages } from '../../src/facts/installed-packages.js';
import { Folder } from '../bundle/samples.js';
import { shellWith } from '../shell.js';

/** Programs of both families, each of which would answer; a system has packages of its own only. */
const programs = {
  'dpkg-query': String.raw`echo 'runc amd64 install installed 1.1-1'; echo 'gone all deinstall config-files 1'`,
  rpm: String.raw`echo 'package runc x86_64 4:1.2-1.el9'; echo 'package haproxy x86_64 0:2.4-1.el9'`,
};

/** What a host with this in its /etc/os-release is found to have. */
function found(release: string, with_: Partial<typeof programs> = programs) {
  using folder = new Folder();
  const path = folder.file('os-release', release);
  const command = installedPackages.command.replaceAll('/etc/os-release', path).replaceAll('/etc/dnf', folder.path);
  return answer(installedPackages, shellWith(with_, ['stat', 'sed'], command));
}

const one = { held: false, complete: true };
const runc = { ...one, name: 'runc', version: '1.1-1', architecture: 'amd64' };
const rpms = [
  { ...one, name: 'runc', version: '4:1.2-1.el9', architecture: 'x86_64' },
  { ...one, name: 'haproxy', version: '2.4-1.el9', architecture: 'x86_64' },
];

describe('packages that a host has', () => {
  it.each([
    ['Debian', 'ID=debian\nVERSION_ID="13"\n', [runc]],
    ['Ubuntu', 'ID=ubuntu\nVERSION_ID="24.04"\n', [runc]],
    ['a rebuild of RHEL, of a minor release', 'ID="rocky"\nVERSION_ID="9.6"\n', rpms],
    ['a system that kha does not know', 'ID=alpine\nVERSION_ID=3.20\n', []],
    ['one of which a known one is the beginning', 'ID=debian\nVERSION_ID="130"\n', []],
  ])('are those of %s', (_, release, packages) => expect(found(release)).toEqual(packages));

  it('are unknown where the program of its family does not answer', () => {
    const { rpm } = programs;
    expect(() => found('ID=debian\nVERSION_ID=13\n', { rpm })).toThrow(/exit code 127/);
    expect(() => found('ID=rocky\nVERSION_ID=9.6\n', { ...programs, rpm: ':' })).toThrow(/no package at all/);
  });
});
