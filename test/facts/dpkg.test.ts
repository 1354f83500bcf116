import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dpkgStates } from '../../src/facts/dpkg.js';

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

it.skipIf(!existsSync('/usr/bin/dpkg'))(
  'asks dpkg itself which versions are older and newer, and which are held',
  () => {
    mkdirSync(join(folder, 'info'));
    const status = installed.map(
      ([name, want, state, version, architecture]) =>
        `Package: ${name}\nStatus: ${want} ok ${state}\nMaintainer: nobody\nArchitecture: ${architecture}\nVersion: ${version}\nDescription: ${name}\n`,
    );
    writeFileSync(join(folder, 'status'), status.join('\n'));
    writeFileSync(join(folder, 'arch'), 'amd64\ni386\n');
    const names = [...installed.map(([name]) => name), 'absent'];
    const fact = dpkgStates(
      names.map((name) => ({ name, version: '1.10-1', architecture: name === 'everywhere' ? 'all' : 'amd64' })),
    );
    const stdout = execFileSync('sh', ['-c', fact.command], {
      encoding: 'utf8',
      env: { ...process.env, DPKG_ADMINDIR: folder },
    });
    const state = (version: string, is: string, more = {}) => ({ version, held: false, complete: true, is, ...more });
    expect(Object.fromEntries(fact.parse({ code: 0, stdout, stderr: '' }))).toEqual({
      older: state('1.9-1', 'older'),
      equal: state('1.10-1', 'equal'),
      newer: state('1:0.1', 'newer'),
      tilde: state('1.10-1~deb12u1', 'older'),
      rebuilt: state('1.10-1+b8', 'newer'),
      held: state('1.9-1', 'older', { held: true }),
      everywhere: state('1.10-1', 'equal'),
      unpacked: state('1.10-1', 'equal', { complete: false }),
    });
  },
);
