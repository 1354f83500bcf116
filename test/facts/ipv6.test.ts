import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answer } from '../../src/facts/fact.js';
import { ipv6 } from '../../src/facts/ipv6.js';
import { addresses, linkLocalAddresses, vrrpAdverts } from '../../src/facts/network.js';
import { machineNamed } from '../../src/cluster/cluster.js';
import { ipv6Problems } from '../../src/steps/preflight/ipv6-problems.js';
import { samples } from '../golden/samples.js';
import { shellWith } from '../shell.js';

const told = (stdout: string) => answer(ipv6, { code: 0, stdout, stderr: '' });
const m1 = machineNamed(samples['dual-stack']!, 'm1');
const problems = (stdout: string): string[] =>
  ipv6Problems(m1, told(stdout)).map(({ name, words }) => `${name}: ${words}`);

describe('a host’s IPv6', () => {
  it('is good with the address of its node', () =>
    expect(problems('kernel\noff eth9\naddress ::1\naddress fd00:10::11\naddress fe80::1\nend\n')).toEqual([]));

  it.each([
    ['a kernel without', 'end\n', [/^ipv6: the kernel has no IPv6; .*ipv6\.disable=1/]],
    [
      'one that is switched off',
      'kernel\noff all\noff default\noff eth0\nend\n',
      [/^ipv6: IPv6 is switched off by net\.ipv6\.conf\.all\.disable_ipv6 = 1 and net\.ipv6\.conf\.default/],
    ],
    ['another address', 'kernel\naddress fd00:10::12\nend\n', [/^address: fd00:10::11 is on none .* \(fd00:10::12\)$/]],
    ['an interface without', 'kernel\noff eth0\nend\n', [/none has an IPv6 address\); IPv6 is switched off for eth0$/]],
    [
      'a default route that goes',
      'kernel\naddress fd00:10::11\nadvertised eth0\nend\n',
      [/^ipv6: the IPv6 default route of eth0 .*net\.ipv6\.conf\.eth0\.accept_ra = 2/],
    ],
  ])('is told of with %s', (_, stdout, words) => {
    const found = problems(stdout);
    expect(found).toHaveLength(words.length);
    for (const [index, one] of words.entries()) expect(found[index]).toMatch(one);
  });

  it('is asked for with programs as they are', () => {
    const ip = [
      'case "$*" in',
      '*addr*) echo "2: eth0    inet6 fd00:10::11/64 scope global nodad \\       valid_lft forever"; echo "3: wg0    inet6 fd01::1 peer fd01::2/128 scope global";;',
      '*route*) echo "default via fe80::1 dev lo proto ra metric 1024 expires 1700sec pref medium"; echo "default via fd00::1 dev eth7 metric 1024";;',
      'esac',
    ].join('\n');
    const output = shellWith({ ip }, ['cat', 'sed', 'sort'], ipv6.command);
    const found = answer(ipv6, output);
    // Where this machine has none the command must end all the same.
    if (!existsSync('/proc/sys/net/ipv6')) return expect(found.inKernel).toBe(false);
    expect(found).toMatchObject({ inKernel: true, addresses: ['fd00:10::11', 'fd01::1'] });
    expect(found.losesRoute).toEqual(
      readFileSync('/proc/sys/net/ipv6/conf/lo/accept_ra', 'utf8') === '1\n' ? ['lo'] : [],
    );
  });

  it('is nothing that a broken answer tells', () =>
    expect(() => told('kernel\naddress fd00:10::11\n')).toThrow(/did not tell all/));
});

it('has addresses and adverts as programs print them', () => {
  const shown = (stdout: string) => ({ code: 0, stdout, stderr: '' });
  const line = '2: eth0    inet6 fd00::11/64 scope global nodad \\       valid_lft forever preferred_lft forever\n';
  expect(answer(addresses(6), shown(line))).toEqual([{ device: 'eth0', address: 'fd00::11', prefix: 64 }]);
  const own =
    '2: eth0    inet6 fe80::c01c:9aff:fe31:41ad/64 scope link \\       valid_lft forever preferred_lft forever\n';
  expect(answer(linkLocalAddresses, shown(own))).toEqual([
    { device: 'eth0', address: 'fe80::c01c:9aff:fe31:41ad', prefix: 64 },
  ]);
  const advert =
    '10:00:01.1 IP6 fd00::12 > fd00::11: VRRPv3, Advertisement, vrid 51, prio 200, intvl 100cs, length 24\n';
  expect(answer(vrrpAdverts('eth0', 6), shown(advert))).toEqual([{ source: 'fd00::12', virtualRouterId: 51 }]);
});
