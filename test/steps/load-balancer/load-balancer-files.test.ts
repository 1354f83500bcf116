import { describe, expect, it } from 'vitest';
import { haproxy } from '../../../src/steps/load-balancer/configure-haproxy.js';
import { deviceOf } from '../../../src/steps/load-balancer/device.js';
import { healthScripts, keepalived } from '../../../src/steps/load-balancer/keepalived-files.js';
import { cluster } from '../../clusters.js';

const stacked = cluster();
const apart = cluster({
  controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.100', port: 6443, virtualRouterId: 7 },
  hosts: [
    { name: 'm1', address: '10.0.0.11', roles: ['control-plane'] },
    { name: 'lb1', address: '10.0.0.41', roles: ['load-balancer'] },
    { name: 'lb2', address: '10.0.0.42', roles: ['load-balancer'] },
  ],
});
const line = (text: string, pattern: RegExp): string[] =>
  text.split('\n').flatMap((one) => (pattern.test(one) ? [one.trim()] : []));

describe('haproxy.cfg', () => {
  it.each([
    [stacked, ['bind *:8443'], ['server m1 10.0.0.11:6443', 'server m2 10.0.0.12:6443', 'server m3 10.0.0.13:6443']],
    [apart, ['bind *:6443'], ['server m1 10.0.0.11:6443']],
  ])('serves every control plane at the endpoint’s port', (wanted, bind, servers) => {
    const { content } = haproxy(wanted);
    expect(line(content, /^ *bind/)).toEqual(bind);
    expect(line(content, /^ *server /)).toEqual(servers);
  });
});

describe('keepalived.conf', () => {
  const of = (wanted: typeof stacked, name: string): string => {
    const machine = wanted.hosts.find((host) => host.name === name)!;
    return keepalived(wanted, machine, 'eth0', 'VRRPPASS').content;
  };

  it('gives every host a priority of its own, apart by less than a failed check takes away', () => {
    const priorities = ['m1', 'm2', 'm3'].map((name) => Number(line(of(stacked, name), /priority/)[0]?.split(' ')[1]));
    expect(new Set(priorities).size).toBe(3);
    const least = Math.min(...healthScripts(stacked, stacked.hosts[0]!).map(({ weight }) => -weight));
    expect(Math.max(...priorities) - Math.min(...priorities)).toBeLessThan(least);
  });

  it('speaks to every other carrier, and to itself not', () => {
    const text = of(apart, 'lb1');
    expect(line(text, /unicast_src_ip/)).toEqual(['unicast_src_ip 10.0.0.41']);
    expect(/unicast_peer \{([^}]*)\}/.exec(text)?.[1]?.trim()).toBe('10.0.0.42');
    expect(line(text, /virtual_router_id/)).toEqual(['virtual_router_id 7']);
  });

  it('needs no peer where one host carries the address alone', () =>
    expect(of(cluster({ hosts: stacked.hosts.slice(0, 1) }), 'm1')).not.toContain('unicast'));

  it('asks a host’s own API server only where it has one', () => {
    const names = (wanted: typeof stacked, index: number) =>
      healthScripts(wanted, wanted.hosts[index]!).map(({ name }) => name);
    expect(names(stacked, 0)).toEqual(['haproxy', 'apiserver']);
    expect(names(apart, 1)).toEqual(['haproxy']);
  });
});

describe('deviceOf', () => {
  const found = [
    { device: 'lo', address: '127.0.0.1', prefix: 8 },
    { device: 'bond0.7', address: '10.0.0.11', prefix: 24 },
  ];
  it('finds the interface by the host’s address', () =>
    expect(deviceOf(stacked, stacked.hosts[0]!, found)).toBe('bond0.7'));
  it('takes the spec’s word', () => {
    const named = cluster({ controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.100', interface: 'eth9' } });
    expect(deviceOf(named, named.hosts[0]!, found)).toBe('eth9');
  });
  it('says whose address is nowhere', () =>
    expect(() => deviceOf(stacked, stacked.hosts[1]!, found)).toThrow('no interface of m2 has the address 10.0.0.12'));
});
