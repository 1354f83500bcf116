import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/cluster/cluster.js';
import { ruleProblems } from '../../src/cluster/rules.js';
import { mostHosts } from '../../src/cluster/size-rules.js';
import { cluster } from '../clusters.js';

const worker = (index: number, own: Partial<Machine> = {}): Machine => ({
  name: `node-${index}`,
  address: `10.201.${Math.floor(index / 250)}.${(index % 250) + 1}`,
  roles: ['worker'],
  ...own,
});
const problems = (count: number, own: Partial<Machine> = {}): string[] => {
  const small = cluster();
  const hosts = [...small.hosts, ...Array.from({ length: count - small.hosts.length }, (_, one) => worker(one, own))];
  return ruleProblems({ ...small, hosts }).map(({ path, message, found }) => `${path.join('.')}: ${message}: ${found}`);
};

describe('a cluster', () => {
  it('may have 5,000 hosts', () => expect(problems(mostHosts)).toEqual([]));

  it('may not have more', () =>
    expect(problems(mostHosts + 1)).toEqual([
      'hosts.5000: kha was not tried with so many hosts in one cluster: 5001 hosts',
    ]));

  it('is no larger than what a ConfigMap can keep of it', () =>
    expect(problems(3_000, { annotations: { 'example.org/text': 'ä'.repeat(150) } })).toEqual([
      expect.stringMatching(/^hosts: the spec is larger than what can be kept of it .*: 1\d{6} bytes/),
    ]));
});
