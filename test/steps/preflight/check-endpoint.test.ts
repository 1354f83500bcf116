import { describe, expect, it } from 'vitest';
import { addresses, answersFor, linkLocalAddresses, vrrpAdverts, type VrrpAdvert } from '../../../src/facts/network.js';
import { macs } from '../../../src/facts/identity.js';
import { checkEndpoint } from '../../../src/steps/preflight/check-endpoint.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

interface Ground {
  readonly vip?: string;
  readonly prefix?: number;
  /** Who answers for the virtual address. */
  readonly mac?: string;
  readonly adverts?: VrrpAdvert[] | undefined;
  readonly carries?: boolean;
  /** Named by the spec; `address` is what it has, if any. */
  readonly other?: { readonly device: string; readonly address?: string };
}

async function checked({ vip = '10.0.0.100', prefix = 24, mac, carries = false, other, ...more }: Ground) {
  const named = other ? { interface: other.device } : {};
  const wanted = cluster({ controlPlaneEndpoint: { type: 'vip', vip, ...named } });
  const fakes = wanted.hosts.map(({ name, address }, index) => {
    const own = [{ device: 'eth0', address, prefix }];
    if (carries && name === 'm1') own.push({ device: 'eth0', address: vip, prefix: 32 });
    if (other?.address) own.push({ device: other.device, address: other.address, prefix: 24 });
    return new FakeHost(wanted, name)
      .tells(addresses(4), own)
      .tells(answersFor(vip), mac)
      .tells(vrrpAdverts('eth0', 4), 'adverts' in more ? more.adverts : [])
      .tells(macs, [`02:00:00:00:00:1${index + 1}`]);
  });
  const context = contextOf(wanted, fakes[0]!, fakes);
  return { stops: await checkEndpoint.check(context), warnings: context.warnings };
}

describe('checkEndpoint', () => {
  it.each<[what: string, ground: Ground, stops: RegExp[], warnings: RegExp[]]>([
    ['nobody there', {}, [], []],
    [
      'an address outside the hosts’ network',
      { vip: '10.0.1.100' },
      [/^vip-network: .*10\.0\.1\.100 is outside .* eth0/],
      [],
    ],
    [
      'an address in the network of a named interface',
      { vip: '10.1.0.100', other: { device: 'eth1', address: '10.1.0.11' } },
      [],
      [],
    ],
    [
      'an address outside the network of a named interface',
      { other: { device: 'eth1', address: '10.1.0.11' } },
      [/^vip-network: .*10\.0\.0\.100 is outside .* eth1 \(10\.1\.0\.11\/24\)/],
      [],
    ],
    ['a named interface without an address', { other: { device: 'eth1' } }, [/^vip-network: eth1 has no address/], []],
    ['a wide network around both', { vip: '10.0.1.100', prefix: 16 }, [], []],
    ['a stranger at the address', { mac: '52:54:00:00:00:99' }, [/^vip-free: 52:54:00:00:00:99 already answers/], []],
    ['another carrier of this cluster at the address', { mac: '02:00:00:00:00:12' }, [], []],
    ['the address on the host itself', { carries: true, mac: '52:54:00:00:00:99' }, [], []],
    [
      'a stranger with the same VRRP id',
      { adverts: [{ source: '10.0.0.200', virtualRouterId: 51 }] },
      [/^vrrp-id: 10\.0\.0\.200/],
      [],
    ],
    ['a stranger with another VRRP id', { adverts: [{ source: '10.0.0.200', virtualRouterId: 52 }] }, [], []],
    ['its own adverts', { adverts: [{ source: '10.0.0.12', virtualRouterId: 51 }] }, [], []],
    ['nothing to listen with', { adverts: undefined }, [], [/^vrrp-id: tcpdump is not installed/]],
  ])('%s', async (_, ground, stops, warnings) => {
    const like = (words: RegExp): unknown => expect.stringMatching(words);
    expect(await checked(ground)).toEqual({ stops: stops.map(like), warnings: warnings.map(like) });
  });

  it.each([
    ['fe80::12', []],
    ['fe80::99', [expect.stringMatching(/^vrrp-id: fe80::99 already uses VRRP id 51/)]],
  ])('knows the carriers’ adverts from %s where hosts have IPv6 addresses', async (source, stops) => {
    const wanted = cluster({
      controlPlaneEndpoint: { type: 'vip', vip: 'fd00::100' },
      networking: { podSubnet: 'fd01::/48', serviceSubnet: 'fd02::/112' },
      hosts: ['11', '12'].map((end) => ({ name: `m${end}`, address: `fd00::${end}`, roles: ['control-plane'] })),
    });
    const fakes = wanted.hosts.map(({ name, address }, index) =>
      new FakeHost(wanted, name)
        .tells(addresses(6), [{ device: 'eth0', address, prefix: 64 }])
        .tells(linkLocalAddresses, [{ device: 'eth0', address: `fe80::1${index + 1}`, prefix: 64 }])
        .tells(answersFor('fd00::100'), undefined)
        .tells(vrrpAdverts('eth0', 6), [{ source, virtualRouterId: 51 }])
        .tells(macs, [`02:00:00:00:00:1${index + 1}`]),
    );
    expect(await checkEndpoint.check(contextOf(wanted, fakes[0]!, fakes))).toEqual(stops);
  });

  it('has nothing to ask where the endpoint is external', async () => {
    const wanted = cluster({ controlPlaneEndpoint: { type: 'external', host: 'api.example' } });
    expect(checkEndpoint.on(wanted)).toEqual([]);
    expect(await checkEndpoint.check(contextOf(wanted, new FakeHost(wanted, 'm1')))).toEqual([]);
  });
});
