import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answer, FactUnknown, type Fact } from '../../../src/facts/fact.js';
import { installedRpms } from '../../../src/facts/rpm.js';
import type { Asked } from '../../../src/steps/host.js';
import { packageManagerOf } from '../../../src/steps/packages/package-manager.js';
import { packageStates } from '../../../src/steps/packages/package-states.js';
import { makeRpms } from '../../rpms.js';

const rocky = { os: 'rocky-9', arch: 'amd64' };
const manager = packageManagerOf(rocky);
const folder = mkdtempSync(join(tmpdir(), 'kha-rpm-'));
const files: Record<string, string> = {};
const installed = existsSync('/usr/bin/rpmbuild');

beforeAll(() => {
  if (!installed) return;
  const made = makeRpms(join(folder, 'rpms'), [
    { name: 'base', version: '1-1' },
    { name: 'haproxy', version: '1.9-1' },
    { name: 'haproxy', version: '1.10-1' },
    { name: 'haproxy', version: '1.11~rc1-1' },
    { name: 'bind-libs', version: '9.16-1.el9', epoch: 32 },
    { name: 'needy', version: '1-1', needs: 'haproxy >= 1.10' },
  ]);
  for (const path of made) files[basename(path).replace('.noarch.rpm', '')] = path;
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  if (!installed) return;
  rmSync(join(folder, 'db'), { recursive: true, force: true });
  writeFileSync(join(folder, '.rpmmacros'), `%_dbpath ${folder}/db\n`);
  host(`rpm --install ${files['base-1-1']}`);
});

/** Runs a script with the real rpm, on a database of its own and with dnf's settings of this host. */
function host(script: string, settings: Readonly<Record<string, string>> = {}) {
  mkdirSync(join(folder, 'etc/plugins'), { recursive: true });
  for (const name of ['dnf.conf', 'plugins/versionlock.list']) {
    rmSync(join(folder, 'etc', name), { force: true });
    if (settings[name] !== undefined) writeFileSync(join(folder, 'etc', name), settings[name]);
  }
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script.replaceAll('/etc/dnf', join(folder, 'etc'))], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  return { code: status ?? -1, stdout, stderr };
}

const read = <T>(fact: Fact<T>, settings?: Readonly<Record<string, string>>): T =>
  answer(fact, host(fact.command, settings));
const wanted = (...names: readonly string[]) => names.map((file) => manager.named(`${file}.noarch.rpm`));
const asked = { read: (fact: Fact<unknown>) => Promise.resolve(read(fact)) } as Asked;
const states = async (names: readonly string[], settings?: Readonly<Record<string, string>>) =>
  Object.fromEntries(await packageStates(asked, rocky, wanted(...names), read(installedRpms, settings)));
const state = (version: string, is: string, more = {}) => ({ version, is, held: false, complete: true, ...more });
const paths = (...names: readonly string[]) => names.map((name) => files[name]!);

describe.skipIf(!installed)('the real rpm', () => {
  it.each([
    ['an older one', '1.9-1', 'older'],
    ['the same', '1.10-1', 'equal'],
    ['a candidate of a newer one', '1.11~rc1-1', 'newer'],
  ])('tells of %s', async (_, version, is) => {
    host(`rpm --install ${files[`haproxy-${version}`]}`);
    expect(await states(['haproxy-1.10-1', 'absent-1-1'])).toEqual({ haproxy: state(version, is) });
  });

  it('counts epochs', async () => {
    host(`rpm --install ${files['bind-libs-9.16-1.el9']}`);
    const found = async (name: string) => (await states([name]))['bind-libs'];
    expect(await found('bind-libs-32%3a9.16-1.el9')).toEqual(state('32:9.16-1.el9', 'equal'));
    expect(await found('bind-libs-31%3a9.18-1.el9')).toEqual(state('32:9.16-1.el9', 'newer'));
    expect(await found('bind-libs-9.18-1.el9')).toEqual(state('32:9.16-1.el9', 'newer'));
  });

  it.each<[what: string, settings: Record<string, string>, held: boolean]>([
    ['a lock', { 'plugins/versionlock.list': '# Added lock on Mon\nhaproxy-0:1.9-1.*\n' }, true],
    ['a lock as yum wrote it', { 'plugins/versionlock.list': '0:haproxy-1.9-1.*\n' }, true],
    ['a lock on every version', { 'plugins/versionlock.list': 'haproxy-*\n' }, true],
    ['a lock on another', { 'plugins/versionlock.list': 'haproxy-extras-0:1.9-1.*\n' }, false],
    ['an exclusion of one version', { 'plugins/versionlock.list': '!haproxy-0:1.11-1.*\n' }, false],
    ['an exclude', { 'dnf.conf': '[main]\ngpgcheck=1\nexclude=kernel*, hap?oxy\n' }, true],
    ['excludes of others', { 'dnf.conf': '[main]\nexcludepkgs = proxy kernel*\n' }, false],
  ])('goes by %s', async (_, settings, held) => {
    host(`rpm --install ${files['haproxy-1.9-1']}`);
    expect(await states(['haproxy-1.10-1'], settings)).toEqual({ haproxy: state('1.9-1', 'older', { held }) });
  });

  it('installs packages that need each other, and upgrades, in one go', async () => {
    host(`rpm --install ${files['haproxy-1.9-1']}`);
    const all = ['haproxy-1.10-1', 'needy-1-1'];
    expect(host(manager.install(paths('needy-1-1'), [])).stderr).toMatch(/haproxy >= 1.10 is needed by needy/);
    expect(host(manager.install(paths(...all), []))).toMatchObject({ code: 0 });
    expect(await states(all)).toEqual({ haproxy: state('1.10-1', 'equal'), needy: state('1-1', 'equal') });
  });

  it('never goes back to an older version', () => {
    host(`rpm --install ${files['haproxy-1.10-1']}`);
    const { code, stderr } = host(manager.install(paths('haproxy-1.9-1'), []));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/which is newer than haproxy-1.9-1.noarch\) is already installed/);
  });

  it.each([
    ['by the bundle’s', 'haproxy-1.11~rc1-1', paths, 'older'],
    ['by itself', 'haproxy-1.10-1', () => [], 'equal'],
  ])('mends what an interrupted rpm left behind, %s', async (_, bundled, files_, before) => {
    // Such an rpm has put the new package into its database, and comes to no end of taking the old one out.
    for (const name of ['haproxy-1.10-1', 'haproxy-1.9-1']) host(`rpm --install --force ${files[name]}`);
    expect(await states([bundled])).toMatchObject({ haproxy: { is: before, complete: false } });
    expect(host(manager.install(files_(bundled), wanted(bundled)))).toMatchObject({ code: 0 });
    const { version } = wanted(bundled)[0]!;
    expect(await states([bundled])).toEqual({ haproxy: state(version, 'equal') });
    expect(host('rpm -qa haproxy').stdout).toBe(`${bundled}.noarch\n`);
  });

  it.each<[what: string, spoil: string]>([
    ['has no database any more', 'rm -rf "$HOME/db"'],
    ['has one that it cannot read', 'for file in "$HOME"/db/rpmdb*; do echo spoilt >"$file"; done'],
  ])('gives no answer where it %s', (_, spoil) => {
    host(spoil);
    expect(() => read(installedRpms)).toThrow(FactUnknown);
  });
});
