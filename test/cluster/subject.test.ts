import { expect, it } from 'vitest';
import { inputVersion } from '../../src/cluster/input-version.js';
import { ForeignInput, readInput } from '../../src/cluster/operation-input.js';
import { concerned, inReach, subjectProblems } from '../../src/cluster/subject.js';
import { cluster } from '../clusters.js';

const worker = (name: string, more = {}) => ({ name, address: `10.0.1.${name.slice(1)}`, roles: ['worker'], ...more });
const wanted = cluster({
  hosts: [
    ...cluster().hosts,
    worker('w2'),
    worker('w3', { roles: ['worker', 'load-balancer'] }),
    { name: 'e1', address: '10.0.2.1', roles: ['etcd'] },
  ],
});
const names = (machines: readonly { name: string }[]): string[] => machines.map(({ name }) => name);

it.each<[string, string[], RegExp | undefined]>([
  ['workers', ['w1', 'w2'], undefined],
  ['one that the spec does not know', ['w1', 'w9'], /^the spec has no host w9; its workers: w1, w2$/],
  ['one that is named again', ['w1', 'w1'], /^w1 is named twice$/],
  ['a control plane', ['m1'], /^m1 is control-plane; only a host that is a worker and nothing else/],
  ['a worker that carries more', ['w3'], /^w3 is worker and load-balancer; only/],
])('takes, or refuses in words, %s', (_, hosts, words) => {
  const problems = subjectProblems(wanted, { hosts });
  expect(problems).toEqual(words ? [expect.stringMatching(words)] : []);
});

it('names twenty workers at most', () => {
  const many = cluster({ hosts: [cluster().hosts[0], ...Array.from({ length: 30 }, (_, n) => worker(`w${n + 1}`))] });
  expect(subjectProblems(many, { hosts: ['x'] })).toEqual([expect.stringMatching(/ w20 and 10 more$/)]);
});

it('is refused where every host’s firewall names every other', () =>
  expect(subjectProblems({ ...wanted, firewall: 'open' }, { hosts: ['w1'] })).toEqual([
    expect.stringMatching(/^firewall is open: every host/),
  ]));

it('reaches its own hosts and all that are more than workers, in the order of the spec', () => {
  const subject = { hosts: ['w2'] };
  expect(names(inReach(wanted, subject))).toEqual(['m1', 'm2', 'm3', 'w2', 'w3', 'e1']);
  expect(names(concerned(wanted.hosts, subject))).toEqual(['w2']);
  expect(inReach(wanted, undefined)).toBe(wanted.hosts);
  expect(concerned(wanted.hosts, undefined)).toBe(wanted.hosts);
});

it('is read back with the input that it is in, and is of at least one host', () => {
  const input = { schema: inputVersion, kha: '0.1.0', mode: 'apply', cluster: wanted };
  const read = (subject: unknown) =>
    readInput(JSON.parse(JSON.stringify({ ...input, subject })), 'cluster/test').subject;
  expect(read({ hosts: ['w1'] })).toEqual({ hosts: ['w1'] });
  expect(read(undefined)).toBeUndefined();
  for (const other of [{ hosts: [] }, { hosts: ['w1'], more: 1 }, 'w1'])
    expect(() => read(other)).toThrow(ForeignInput);
});
