import { describe, expect, it } from 'vitest';
import { debOrders } from '../../../src/facts/dpkg.js';
import { installedPackages } from '../../../src/facts/installed-packages.js';
import type { VersionOrder } from '../../../src/facts/packages.js';
import { sha256 } from '../../../src/facts/files.js';
import { bundle } from '../../../src/facts/registry.js';
import { rpmOrders } from '../../../src/facts/rpm.js';
import { system } from '../../../src/facts/system.js';
import { forHost } from '../../../src/steps/packages/bundle-files.js';
import { installPackages, packagesOf } from '../../../src/steps/packages/install-packages.js';
import { cluster, registryOf } from '../../clusters.js';
import { describedBundle } from '../../described-bundle.js';
import { contextOf, FakeHost } from '../fake-host.js';

const wanted = cluster();
const described = describedBundle(
  'deb/debian-13/haproxy_3.0-1_amd64.deb',
  'deb/debian-13/libx_1%3a2-1_all.deb',
  'deb/debian-13/runc_1.1-1_amd64.deb',
  'deb/debian-13/runc_1.1-1_arm64.deb',
  'deb/ubuntu-24.04/runc_1.3-1_amd64.deb',
  'rpm/rocky-9/haproxy-2.4.22-3.el9.x86_64.rpm',
  'rpm/rocky-9/container-selinux-3%3a2.235.0-1.el9.noarch.rpm',
  'rpm/rocky-10/runc-4.0-1.x86_64.rpm',
  'bin/amd64/kubeadm',
);
const debian = { os: 'debian-13', arch: 'amd64' };
const contents = forHost(described, debian);
/** A package that a host has, and how its version stands to the wanted one. */
interface There {
  readonly version: string;
  readonly is: VersionOrder;
  readonly held: boolean;
  readonly complete: boolean;
}

const state = (version: string, is: VersionOrder, more: Partial<There> = {}): There => ({
  version,
  is,
  held: false,
  complete: true,
  ...more,
});
const good = { libx: state('1:2-1', 'equal'), runc: state('1.1-1', 'equal') };

/** The worker with these packages, whose downloads of the bundle all lie in the cache already. */
function worker(packages: Readonly<Record<string, There>>) {
  const of = packagesOf(wanted, wanted.hosts[3]!, contents);
  const host = new FakeHost(wanted, 'w1')
    .tells(bundle(registryOf(wanted), ''), described)
    .tells(system, debian)
    .tells(installedPackages, [
      ...Object.entries(packages).map(([name, there]) => ({ ...there, name, architecture: 'amd64' })),
      { name: 'runc', version: '9', architecture: 'i386', held: true, complete: true },
    ])
    .obeys(/^export DEBIAN_FRONTEND/);
  for (const { name, version } of of) {
    const there = packages[name];
    // Of equal ones nobody asks.
    if (there && there.is !== 'equal') host.tells(debOrders([[there.version, version]]), [there.is]);
  }
  for (const subset of [of, ...of.map((one) => [one])]) {
    const paths = subset.map(({ file }) => `/var/cache/kha/deb/${file}`);
    host.tells(
      sha256(paths),
      new Map(subset.map(({ file }) => [`/var/cache/kha/deb/${file}`, contents.files[`deb/${file}`]!.digest.slice(7)])),
    );
  }
  return host;
}

type Case = [what: string, packages: Record<string, There>, missing: RegExp[], installed: RegExp | undefined];

describe('installPackages', () => {
  it.each<Case>([
    ['everything there', good, [], undefined],
    [
      'a bare host',
      {},
      [/^libx 1:2-1 is not installed$/, /^runc 1.1-1 is not installed$/],
      / \S*libx_1%3a2-1_all\.deb \S*runc_1\.1-1_amd64\.deb$/,
    ],
    [
      'an older package',
      { ...good, runc: state('1.0-1', 'older') },
      [/^runc/],
      /--refuse-downgrade \S*\/runc_1\.1-1_amd64\.deb$/,
    ],
    ['a newer package', { ...good, runc: state('1.3-1', 'newer') }, [], undefined],
    ['a held newer package', { ...good, runc: state('1.3-1', 'newer', { held: true }) }, [], undefined],
    ['a held older package', { ...good, runc: state('1.0-1', 'older', { held: true }) }, [], undefined],
    [
      'a package half-way in',
      { ...good, runc: state('1.1-1', 'equal', { complete: false }) },
      [/^runc 1\.1-1 is not installed/],
      /runc_1/,
    ],
    [
      'a newer package half-way in',
      { ...good, runc: state('1.3-1', 'newer', { complete: false }) },
      [/^runc 1\.3-1 is not configured yet/],
      /--configure -a --force-confold$/,
    ],
  ])('%s', async (_, packages, missing, installed) => {
    const host = worker(packages);
    const context = contextOf(wanted, host);
    expect(await installPackages.check(context)).toEqual(missing.map((one): unknown => expect.stringMatching(one)));
    await installPackages.apply!(context);
    expect(host.done).toEqual(installed ? [expect.stringMatching(installed)] : []);
  });

  it('tells of a package that is held back', async () => {
    const context = contextOf(wanted, worker({ ...good, runc: state('1.0-1', 'older', { held: true }) }));
    await installPackages.check(context);
    expect(context.warnings).toEqual([
      'runc is held back at 1.0-1 (apt-mark showhold) and stays; the bundle has 1.1-1',
    ]);
  });

  it('gives haproxy to those only who carry the API', () => {
    const names = (index: number) => packagesOf(wanted, wanted.hosts[index]!, contents).map(({ name }) => name);
    expect(names(0)).toEqual(['haproxy', 'libx', 'runc']);
    expect(names(3)).toEqual(['libx', 'runc']);
  });
});

describe('installPackages on a system of rpms', () => {
  const rocky = { os: 'rocky-9', arch: 'amd64' };
  const rpms = forHost(described, rocky);
  const of = (index: number) => packagesOf(wanted, wanted.hosts[index]!, rpms);
  const path = '/var/cache/kha/rpm/container-selinux-3%3a2.235.0-1.el9.noarch.rpm';
  const digest = rpms.files['rpm/container-selinux-3%3a2.235.0-1.el9.noarch.rpm']!.digest.slice(7);
  const old = '3:2.200.0-1.el9';
  const worker = (...versions: readonly string[]) =>
    new FakeHost(wanted, 'w1')
      .tells(bundle(registryOf(wanted), ''), described)
      .tells(system, rocky)
      .tells(
        installedPackages,
        versions.map((version) => {
          return { name: 'container-selinux', version, architecture: 'noarch', held: false, complete: true };
        }),
      )
      .tells(rpmOrders([[old, '3:2.235.0-1.el9']]), ['older'])
      .tells(sha256([path]), new Map([[path, digest]]))
      .obeys(/^export LC_ALL=C; than\(\)/);

  it('takes those of its own release and architecture, with the epoch that a name carries', () =>
    expect(of(0).map(({ name, version }) => `${name} ${version}`)).toEqual([
      'haproxy 2.4.22-3.el9',
      'container-selinux 3:2.235.0-1.el9',
    ]));

  it('upgrades with rpm', async () => {
    const context = contextOf(wanted, worker(old));
    expect(await installPackages.check(context)).toEqual(['container-selinux 3:2.235.0-1.el9 is not installed']);
    await installPackages.apply!(context);
    expect((context.host as FakeHost).done).toEqual([
      expect.stringMatching(/ rpm --upgrade \S+3%3a2\.235\.0-1\.el9\.noarch\.rpm$/),
    ]);
  });

  it('tells of an interrupted transaction and mends it', async () => {
    const context = contextOf(wanted, worker('3:2.235.0-1.el9', old));
    expect(await installPackages.check(context)).toEqual(['container-selinux 3:2.235.0-1.el9 is not installed']);
    await installPackages.apply!(context);
    expect((context.host as FakeHost).done).toEqual([
      expect.stringMatching(/newest container-selinux\.noarch \|\| exit; rpm --upgrade/),
    ]);
  });

  it.each(['rpm/rocky-9/haproxy.rpm', 'rpm/rocky-9/haproxy-1%25{lua}-1.x86_64.rpm'])('refuses %s', (name) =>
    expect(() => packagesOf(wanted, wanted.hosts[0]!, forHost(describedBundle(name), rocky))).toThrow(
      /is not named as/,
    ),
  );
});
