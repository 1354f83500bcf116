import { expect, it } from 'vitest';
import { cables, leaving, plugged } from '../lab/cables.js';
import { hostsOf, type Lab } from '../lab/lab.js';
import { canonical } from '../src/cluster/ip.js';

const lab: Lab = { name: 'a', index: 3, controlPlanes: 1, workers: 0, etcd: 0, loadBalancers: 0 };
const inside = (of: Lab): string[] => {
  const ends = cables(of, hostsOf(of)[0]!);
  return [...ends.flatMap(plugged), ...leaving(ends)].map((words) => words.join(' '));
};

it('gives a host its address, and the way out', () =>
  expect(inside(lab)).toEqual([
    'addr add 10.200.3.11/24 dev eth0',
    'link set eth0 up',
    'link set lo up',
    'route replace default via 10.200.3.1',
  ]));

it('writes addresses in their shortest form, in the first lab too', () => {
  const [host] = hostsOf({ ...lab, index: 0, ipv6: true });
  expect(canonical(host!.address)).toBe(host!.address);
});

it('gives it those of IPv6 alone where the lab has no others', () =>
  expect(inside({ ...lab, ipv6: true })).toEqual([
    'addr add fd00:10:200:4::11/64 dev eth0 nodad',
    'link set eth0 up',
    'link set lo up',
    '-6 route replace default via fd00:10:200:4::1',
  ]));

it('gives it an address and a way of IPv6 too, on the cluster’s network alone', () =>
  expect(inside({ ...lab, dualStack: true, loginNetwork: true })).toEqual([
    'addr add 10.200.3.11/24 dev eth0',
    'addr add fd00:10:200:4::11/64 dev eth0 nodad',
    'link set eth0 up',
    'addr add 10.201.3.11/24 dev eth1',
    'link set eth1 up',
    'link set lo up',
    'route replace default via 10.201.3.1',
    '-6 route replace default via fd00:10:200:4::1',
  ]));
