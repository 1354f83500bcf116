import { describe, expect, it } from 'vitest';
import { beyond } from '../../src/cluster/beyond.js';
import { compare } from '../../src/cluster/compare.js';
import { pathText } from '../../src/cluster/difference.js';
import { standingFields } from '../../src/cluster/standing-fields.js';
import { cluster } from '../clusters.js';

const hosts = cluster().hosts;
const worker = (number: number) => ({ name: `w${number}`, address: `10.0.1.${number}`, roles: ['worker'] });
const subject = { hosts: ['w2'] };
const grown = (more: Record<string, unknown> = {}) => cluster({ hosts: [...hosts, worker(2)], ...more });
const words = (before: ReturnType<typeof cluster>, wanted: ReturnType<typeof cluster>): string[] =>
  beyond(before, wanted, subject)
    .filter(({ severity }) => severity === 'error')
    .map(({ path, message, found, expected }) => `${pathText(path)}: ${message} | ${found} | ${expected}`);

describe('what a run about w2 may not leave undone', () => {
  it.each<[string, Record<string, unknown>]>([
    ['w2', {}],
    [
      'settings of a pool that w2 alone is in',
      { pools: { big: { labels: { disk: 'fast' } } }, hosts: [...hosts, { ...worker(2), pool: 'big' }] },
    ],
    [
      'what is kha’s own',
      { gates: ['before-changes'], taskQueue: 'site-b', ssh: { port: 2222 }, preflight: { waive: ['cpu'] } },
    ],
    ['the same hosts in another order', { hosts: [worker(2), ...hosts.toReversed()] }],
  ])('is nothing where there is no more than %s', (_, more) => expect(words(cluster(), grown(more))).toEqual([]));

  it('is nothing where w2 is a part of the cluster already', () => expect(words(grown(), grown())).toEqual([]));

  it.each<[string, Record<string, unknown>, RegExp[]]>([
    [
      'another new worker',
      { hosts: [...hosts, worker(2), worker(3)] },
      [
        /^hosts\[5\]\.name: w3 is not part of the cluster yet either \| w3 \| w3 among the hosts after --only; or kha install without --only$/,
      ],
    ],
    ['a worker that is gone', { hosts: [...hosts.slice(0, 3), worker(2)] }, [/^hosts: w1 .*kha node remove w1/]],
    [
      'a load balancer more, where there are some already',
      {
        hosts: [
          ...hosts.map((host) => ({
            ...host,
            roles: [...host.roles, ...(host.name === 'w1' ? ['load-balancer'] : [])],
          })),
          worker(2),
        ],
      },
      [/^hosts\[3\]\.roles: /],
    ],
    [
      'an add-on more',
      { addons: ['dashboard'] },
      [/^addons: hosts that stand have it otherwise.* \| dashboard \| ; or kha install without --only$/],
    ],
    [
      'another VRRP id',
      { controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.100', virtualRouterId: 77 } },
      [/^controlPlaneEndpoint\.virtualRouterId: .* \| 77 \| 51;/],
    ],
    [
      'what is refused without --only too',
      { networking: { podSubnet: '172.30.0.0/16' } },
      [/^networking\.podSubnet: .*fixed when the cluster is made/],
    ],
    ['another MTU, told once', { networking: { calico: { mtu: 1400 } } }, [/^networking\.calico\.mtu: /]],
    [
      'a quota that an install gives to members',
      { etcd: { quotaBackendBytes: 4294967296 } },
      [/^etcd\.quotaBackendBytes: /],
    ],
  ])('is %s', (_, more, expected) =>
    expect(words(cluster(), grown(more))).toEqual(expected.map((one): unknown => expect.stringMatching(one))),
  );

  it('leaves a warning about the first workers a warning', () => {
    const alone = cluster({ hosts: hosts.slice(0, 3) });
    const found = beyond(alone, cluster({ hosts: [...hosts.slice(0, 3), worker(2)] }), subject);
    expect(found).toEqual([expect.objectContaining({ severity: 'warning' })]);
  });

  it('is every field that a host has anything of', () => {
    const ofHosts = Object.entries(standingFields).filter(([, { change }]) => change !== 'kha' && change !== 'hosts');
    expect(ofHosts.length).toBeGreaterThan(30);
    for (const [name] of ofHosts.filter(
      ([field]) => !/\[|^(apiVersion|kind|name|source\.(file|internet))/.test(field),
    )) {
      const wanted = structuredClone(grown()) as unknown as Record<string, unknown>;
      const path = name.split('.');
      let inside = wanted;
      for (const step of path.slice(0, -1)) inside = inside[step] as Record<string, unknown>;
      const old = inside[path.at(-1)!];
      inside[path.at(-1)!] = Array.isArray(old) ? [...(old as unknown[]), 'another'] : 'another';
      expect(words(cluster(), wanted as never).length, name).toBeGreaterThan(0);
    }
  });
});

it('compares clusters in a time that grows with their hosts alone', () => {
  const large = cluster({
    hosts: [
      ...hosts.slice(0, 3),
      ...Array.from({ length: 2_000 }, (_, n) => ({ ...worker(n), address: `10.1.${n >> 8}.${n & 255}` })),
    ],
  });
  const begun = process.cpuUsage();
  expect(compare(large, large)).toEqual([]);
  // It was two minutes and more while each host was looked up in the list of all of them.
  expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(5);
});
