import { describe, expect, it } from 'vitest';
import { knownSystem, neededPackages, systems } from '../../src/cluster/systems.js';

describe('knownSystem', () => {
  it.each([
    ['debian-13', 'debian-13'],
    ['ubuntu-24.04', 'ubuntu-24.04'],
    ['rocky-9.6', 'rocky-9'],
    ['almalinux-10.1', 'almalinux-10'],
    ['rhel-10', 'rhel-10'],
    ['rhel-100', undefined],
    ['rocky-8.10', undefined],
    ['ubuntu-24.10', undefined],
    ['debian-', undefined],
  ])('%s is %s', (named, name) => expect(knownSystem(named)?.name).toBe(name));
});

describe('neededPackages', () => {
  it('names a load balancer and what containers call for every system, and runc where it is still to be had', () => {
    for (const system of systems) {
      const names = neededPackages(system);
      expect(names).toEqual(expect.arrayContaining(['haproxy', 'keepalived', 'nftables']));
      expect(names.filter((name) => name.startsWith('conntrack'))).toHaveLength(1);
      expect(names.includes('runc')).toBe(!/^(rocky|almalinux|rhel)-10$/.test(system.name));
    }
  });

  it('names docker in runc’s place for who runs it, and its command line where that is a package of its own', () => {
    const dockers = systems.map((system) => {
      const names = neededPackages(system, 'docker');
      expect(names).toEqual(expect.arrayContaining(['haproxy', 'keepalived']));
      expect(names).not.toContain('runc');
      return [system.name, ...names.filter((name) => name.startsWith('docker'))];
    });
    expect(dockers).toContainEqual(['debian-13', 'docker.io', 'docker-cli']);
    expect(dockers).toContainEqual(['debian-12', 'docker.io']);
    expect(dockers).toContainEqual(['rocky-9', 'docker-ce']);
  });
});
