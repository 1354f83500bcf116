import { expect, it } from 'vitest';
import { installedPackages } from '../../../src/facts/installed-packages.js';
import { system } from '../../../src/facts/system.js';
import { installPackages } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { lockOf } from '../../sample-lock.js';
import { contextOf, FakeHost } from '../fake-host.js';

const wanted = cluster({ source: { internet: { lock: lockOf([]) } } });
const everywhere = ['nftables', 'ipset', 'socat', 'ethtool', 'conntrack', 'iptables', 'ebtables'];
const ofRocky = [
  'nftables',
  'ipset',
  'socat',
  'ethtool',
  'conntrack-tools',
  'iptables-nft',
  'iproute-tc',
  'container-selinux',
];

const there = (...names: readonly string[]) =>
  names.map((name) => ({ name, version: '1-1', architecture: 'all', held: false, complete: true }));

it('takes what a host lacks from its own repositories, and leaves what it has', async () => {
  const host = new FakeHost(wanted, 'm1')
    .tells(system, { os: 'debian-12', arch: 'amd64' })
    .tells(installedPackages, [
      ...there('keepalived', ...everywhere.filter((name) => name !== 'conntrack')),
      { ...there('haproxy')[0]!, complete: false },
    ])
    .obeys(/apt-get/);
  expect(await installPackages.check(contextOf(wanted, host))).toEqual([
    'haproxy is not installed',
    'conntrack is not installed',
  ]);
  await installPackages.apply!(contextOf(wanted, host));
  expect(host.done).toEqual([expect.stringMatching(/--no-upgrade .* install haproxy conntrack$/)]);
});

it('wants no load balancer on a worker, and changes nothing where nothing is lacking', async () => {
  const host = new FakeHost(wanted, 'w1')
    .tells(system, { os: 'rocky-9', arch: 'amd64' })
    .tells(installedPackages, there(...ofRocky));
  expect(await installPackages.check(contextOf(wanted, host))).toEqual([]);
  await installPackages.apply!(contextOf(wanted, host));
  expect(host.done).toEqual([]);
});
