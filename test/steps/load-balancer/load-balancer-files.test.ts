import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { haproxy } from '../../../src/steps/load-balancer/configure-haproxy.js';
import { deviceOf } from '../../../src/steps/load-balancer/device.js';
import { healthScripts, keepalived } from '../../../src/steps/load-balancer/keepalived-files.js';
import { openings } from '../../../src/cluster/ports.js';
import { apiEndpoint } from '../../../src/cluster/roles.js';
import { patchesFor } from '../../../src/steps/control-plane/kubeadm-documents.js';
import { expectedFindings } from '../../../src/steps/control-plane/take-over.js';
import { ownCertificates } from '../../../src/steps/certificates/paths.js';
import {
  checkEndpoint,
  checkVirtualAddress,
  configureHaproxy,
  configureKeepalived,
  createVrrpPassword,
} from '../../../src/steps/index.js';
import { Folder } from '../../bundle/samples.js';
import { cluster } from '../../clusters.js';
import { shellWith } from '../../shell.js';

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

it('asks slow hosts’ API servers as much less often, and waits as much longer, as it is told to be patient', () => {
  const slow = cluster({ patience: 4 });
  const m1 = slow.hosts[0]!;
  const { content } = haproxy(slow);
  expect(line(content, /^ *(timeout check|default-server)/)).toEqual([
    'timeout check 12s',
    'default-server check check-ssl verify none inter 4s fall 2 rise 1 on-marked-down shutdown-sessions',
  ]);
  const conf = keepalived(slow, m1, { node: 'eth0', vip: 'eth0' }, 'password').content;
  expect(line(conf, /^ *(interval|timeout)/)).toEqual(['interval 8', 'timeout 16', 'interval 8', 'timeout 16']);
  for (const script of healthScripts(slow, m1)) expect(script.content).toContain(' --max-time 4 ');
});

describe('the API servers’ own port at the virtual address', () => {
  const shared = cluster({ controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.100', port: 6443 } });
  const [m1, , , w1] = shared.hosts;

  it('is haproxy’s there and on loopback, and each API server’s at its node’s address', () => {
    expect(line(haproxy(shared).content, /^ *bind/)).toEqual([
      'bind 10.0.0.100:6443 transparent',
      'bind 127.0.0.1:6443',
    ]);
    const [patch, ...more] = Object.values(patchesFor(shared, m1!));
    expect(patch).toEqual([{ op: 'add', path: '/spec/containers/0/command/-', value: '--bind-address=10.0.0.11' }]);
    expect([...more, ...Object.values(patchesFor(shared, w1!))]).toEqual([]);
    for (const wanted of [stacked, apart]) expect(patchesFor(wanted, wanted.hosts[0]!)).toEqual({});
  });

  it('has kha and keepalived ask the API server itself, which loopback is not', () => {
    const urls = healthScripts(shared, m1!).map(({ content }) => /https:[^\s;]+/.exec(content)?.[0]);
    expect(urls).toEqual(['https://127.0.0.1:6443/readyz', 'https://10.0.0.11:6443/readyz']);
  });

  it('is taken when kubeadm looks, by haproxy', () => {
    const ground = { cgroup: 2, limits: { lowersOomScore: true, setsConntrack: true } } as const;
    expect(expectedFindings(shared, ground, 'control-plane').split(',')).toContain('Port-6443');
    for (const [wanted, role] of [
      [apart, 'control-plane'],
      [shared, 'worker'],
    ] as const)
      expect(expectedFindings(wanted, ground, role).split(',')).not.toContain('Port-6443');
  });
});

describe('an endpoint on every node', () => {
  const local = cluster({ controlPlaneEndpoint: { type: 'local' } });

  it('is haproxy on loopback, on workers too, and nobody’s keepalived', () => {
    expect(line(haproxy(local).content, /^ *bind/)).toEqual(['bind 127.0.0.1:8443']);
    expect(line(haproxy(local).content, /^ *server /)).toHaveLength(3);
    expect(configureHaproxy.on(local).map(({ name }) => name)).toEqual(['m1', 'm2', 'm3', 'w1']);
    for (const step of [createVrrpPassword, configureKeepalived, checkVirtualAddress, checkEndpoint])
      expect(step.on(local)).toEqual([]);
  });

  it('is what every node is told, and every API server’s certificate is good for', () => {
    expect(apiEndpoint(local)).toBe('127.0.0.1:8443');
    const [certificate] = ownCertificates(local, local.hosts[0]!);
    expect(certificate?.names).toContain('127.0.0.1');
  });

  it('lets nobody in from outside', () => {
    const open = openings(local, local.hosts[3]!).filter(({ asked }) => asked !== 'by itself');
    expect(open.map(({ of }) => of)).toEqual(['kubelet', 'pods, VXLAN']);
  });
});

describe('keepalived.conf', () => {
  const of = (wanted: typeof stacked, name: string, vip = 'eth0'): string => {
    const machine = wanted.hosts.find((host) => host.name === name)!;
    return keepalived(wanted, machine, { node: 'eth0', vip }, 'VRRPPASS').content;
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

  it('carries the address on another interface than it hears the others at, and goes without either', () => {
    const text = of(stacked, 'm1', 'eth1');
    expect(line(text, /^ +interface|dev /)).toEqual(['interface eth0', '10.0.0.100/32 dev eth1']);
    expect(/track_interface \{([^}]*)\}/.exec(text)?.[1]?.trim()).toBe('eth1');
    expect(of(stacked, 'm1')).not.toContain('track_interface');
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

describe('a health check', () => {
  const [script] = healthScripts(stacked, stacked.hosts[0]!);

  it.each([
    ['well', [0], 0, 'curl'],
    ['only busy for a moment', [28, 0], 0, 'curl curl'],
    ['only away for a moment', [7, 0], 0, 'curl sleep 1 curl'],
    ['silent', [28, 28], 28, 'curl curl'],
    ['away', [7, 7], 7, 'curl sleep 1 curl'],
    ['answering that it is not ready', [22, 22], 22, 'curl sleep 1 curl'],
  ])('of what is %s', (_, ends, code, done) => {
    using folder = new Folder();
    const ask = ends.map((end, index) => `${index + 1}) exit ${end};;`).join(' ');
    const curl = `printf 'curl ' >>${folder.at('done')}; case $(wc -w <${folder.at('asked')}) in ${ask} esac`;
    const programs = {
      curl: `echo once >>${folder.at('asked')}; ${curl}`,
      sleep: `printf 'sleep %s ' "$1" >>${folder.at('done')}`,
    };
    expect(shellWith(programs, ['wc'], script!.content)).toMatchObject({ code });
    expect(readFileSync(folder.at('done'), 'utf8').trim()).toBe(done);
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
  it('takes the host’s own word before the endpoint’s', () => {
    const endpoint = { type: 'vip', vip: '10.0.0.100', interface: 'eth9' };
    const hosts = stacked.hosts.map((host, index) => (index === 0 ? { ...host, vipInterface: 'bond1' } : host));
    const named = cluster({ controlPlaneEndpoint: endpoint, hosts });
    expect(named.hosts.slice(0, 2).map((host) => deviceOf(named, host, found))).toEqual(['bond1', 'eth9']);
  });
  it('says whose address is nowhere', () =>
    expect(() => deviceOf(stacked, stacked.hosts[1]!, found)).toThrow('no interface of m2 has the address 10.0.0.12'));
});
