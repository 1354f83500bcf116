import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { debOrders, installedDebs } from '../../../src/facts/dpkg.js';
import { answer, FactUnknown, type Fact } from '../../../src/facts/fact.js';
import type { Asked } from '../../../src/steps/host.js';
import { packageStates } from '../../../src/steps/packages/package-states.js';

/** A database of dpkg's own kind: name, what is wanted of the package, its status, version, architecture. */
const installed: [name: string, want: string, status: string, version: string, architecture: string][] = [
  ['older', 'install', 'installed', '1.9-1', 'amd64'],
  ['equal', 'install', 'installed', '1.10-1', 'amd64'],
  ['newer', 'install', 'installed', '1:0.1', 'amd64'],
  ['tilde', 'install', 'installed', '1.10-1~deb12u1', 'amd64'],
  ['rebuilt', 'install', 'installed', '1.10-1+b8', 'amd64'],
  ['held', 'hold', 'installed', '1.9-1', 'amd64'],
  ['everywhere', 'install', 'installed', '1.10-1', 'all'],
  ['unpacked', 'install', 'unpacked', '1.10-1', 'amd64'],
  ['removed', 'deinstall', 'config-files', '1.9-1', 'amd64'],
  ['foreign', 'install', 'installed', '1.10-1', 'i386'],
];

const folder = mkdtempSync(join(tmpdir(), 'kha-dpkg-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Asks the real dpkg, of that database. */
function read<T>({ command, ...fact }: Fact<T>): T {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, DPKG_ADMINDIR: folder },
  });
  return answer({ command, ...fact }, { code: status ?? -1, stdout, stderr });
}

describe.skipIf(!existsSync('/usr/bin/dpkg'))('the real dpkg', () => {
  it('is asked which packages it has, and which versions are older and newer of those that differ', async () => {
    mkdirSync(join(folder, 'info'));
    const status = installed.map(
      ([name, want, state, version, architecture]) =>
        `Package: ${name}\nStatus: ${want} ok ${state}\nMaintainer: nobody\nArchitecture: ${architecture}\nVersion: ${version}\nDescription: ${name}\n`,
    );
    writeFileSync(join(folder, 'status'), status.join('\n'));
    writeFileSync(join(folder, 'arch'), 'amd64\ni386\n');
    const names = [...installed.map(([name]) => name), 'absent'];
    const wanted = names.map((name) => ({
      name,
      version: '1.10-1',
      architecture: name === 'everywhere' ? 'all' : 'amd64',
    }));
    const asked: string[] = [];
    const host = { read: (fact: Fact<unknown>) => (asked.push(fact.command), Promise.resolve(read(fact))) } as Asked;
    const found = await packageStates(host, { os: 'debian-13', arch: 'amd64' }, wanted, read(installedDebs));
    const state = (version: string, is: string, more = {}) => ({ version, held: false, complete: true, is, ...more });
    expect(Object.fromEntries(found)).toEqual({
      older: state('1.9-1', 'older'),
      equal: state('1.10-1', 'equal'),
      newer: state('1:0.1', 'newer'),
      tilde: state('1.10-1~deb12u1', 'older'),
      rebuilt: state('1.10-1+b8', 'newer'),
      held: state('1.9-1', 'older', { held: true }),
      everywhere: state('1.10-1', 'equal'),
      unpacked: state('1.10-1', 'equal', { complete: false }),
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toContain(' 1.10-1 1.10-1');
    expect(read(debOrders([['0:1-1', '1-1']]))).toEqual(['equal']);
  });

  it('gives no answer where it knows of no package at all', () => {
    rmSync(join(folder, 'status'));
    expect(() => read(installedDebs)).toThrow(FactUnknown);
  });
});
