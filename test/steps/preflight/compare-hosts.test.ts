import { describe, expect, it } from 'vitest';
import { existing } from '../../../src/facts/files.js';
import { identity as identityFact, type Identity } from '../../../src/facts/identity.js';
import { machineIds } from '../../../src/facts/machine-ids.js';
import { httpsStatus } from '../../../src/facts/network.js';
import { compareHosts, differences } from '../../../src/steps/preflight/compare-hosts.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const identity = (more: Partial<Identity>): Identity => ({
  machineId: '0123456789abcdef0123456789abcdef',
  macs: [],
  clock: 1_000_000,
  answeredAt: 1_000_000,
  ...more,
});

/** Hosts of their own, each with what is told over it. */
const hosts = (...found: Partial<Identity>[]) =>
  found.map((more, index): [string, Identity] => {
    const id = String(index + 1);
    return [`m${id}`, identity({ machineId: id.repeat(32), macs: [`02:00:00:00:00:1${id}`], ...more })];
  });
/** A clock that is so many seconds ahead of ours. */
const ahead = (seconds: number): Partial<Identity> => ({ answeredAt: 5_000_000, clock: 5_000_000 + seconds * 1000 });

type Case = [what: string, found: [string, Identity][], words: RegExp[]];

describe('compareHosts', () => {
  it.each<Case>([
    ['hosts of their own', hosts({}, {}, {}), []],
    [
      'one machine id on two hosts',
      hosts({ machineId: 'a' }, { machineId: 'a' }, {}),
      [/^m1 and m2 have the same machine id a$/],
    ],
    [
      'one hardware address on two hosts',
      hosts({ macs: ['x', 'y'] }, {}, { macs: ['y'] }),
      [/^m1 and m3 .* hardware address y$/],
    ],
    ['a bond, its bridge and its VLAN', hosts({ macs: ['x', 'x', 'x', 'x'] }, { macs: ['y', 'y'] }), []],
    ['a bond’s address on another host too', hosts({ macs: ['x', 'x'] }, { macs: ['x', 'x'] }), [/^m1 and m2 have/]],
    ['clocks that all differ from ours', hosts(ahead(900), ahead(901), ahead(899)), []],
    ['a clock 8 s ahead', hosts(ahead(0), ahead(8), ahead(0)), [/^the clock of m2 is 8\.0 s ahead of the others/]],
    ['a clock 6 s behind', hosts(ahead(10), ahead(10), ahead(4)), [/^the clock of m3 is 6\.0 s behind/]],
    ['a clock 4 s behind', hosts(ahead(10), ahead(10), ahead(6)), []],
  ])('%s', (_, found, words) =>
    expect(differences(found).map((problem) => problem.words)).toEqual(
      words.map((one): unknown => expect.stringMatching(one)),
    ),
  );

  it('asks every host, and lets pass what is waived', async () => {
    const wanted = cluster({ preflight: { waive: ['machine-id'] } });
    const fakes = wanted.hosts.map(({ name }, index) =>
      new FakeHost(wanted, name).tells(identityFact, identity({ macs: [`02:00:00:00:00:0${index}`] })),
    );
    const context = contextOf(wanted, fakes[0]!, fakes);
    expect(await compareHosts.check(context)).toEqual([]);
    expect(context.warnings).toEqual([
      'machine-id, waived: m1 and m2 and m3 and w1 have the same machine id 0123456789abcdef0123456789abcdef',
    ]);
  });

  it('has one host of each site compare it, with the control planes and no other site’s hosts', async () => {
    const more = ['berlin', 'berlin', 'paris'].map((site, n) => ({
      name: `s${n}`,
      address: `10.0.1.${n + 1}`,
      roles: ['worker'],
      site,
    }));
    const wanted = cluster({ hosts: [...cluster().hosts, ...more] });
    expect(compareHosts.on(wanted).map(({ name }) => name)).toEqual(['m1', 'm2', 'm3', 's0', 's1', 's2']);
    const known = (...names: string[]) =>
      names.map((name, index) =>
        new FakeHost(wanted, name).tells(
          identityFact,
          identity({ machineId: name, macs: [`02:00:00:00:00:0${index}`] }),
        ),
      );
    // Whoever else is asked is unknown there, and the check fails.
    const atBerlin = known('s0', 'm1', 'm2', 'm3', 's1');
    expect(await compareHosts.check(contextOf(wanted, atBerlin[0]!, atBerlin))).toEqual([]);
    const elsewhere = known('m1', 'm2', 'm3', 'w1');
    expect(await compareHosts.check(contextOf(wanted, elsewhere[0]!, elsewhere))).toEqual([]);
    const late = known('s2', 'm1', 'm2', 'm3');
    late[0]!.tells(identityFact, identity({ machineId: 's2', macs: ['x'], ...ahead(8) }));
    expect(await compareHosts.check(contextOf(wanted, late[0]!, late))).toEqual([
      expect.stringMatching(/^clock: the clock of s2 is .* ahead of the others/),
    ]);
  });

  it('of a run about some asks no other worker, and the API for the machine ids of those', async () => {
    const worker = (name: string, number: number) => ({ name, address: `10.0.1.${number}`, roles: ['worker'] });
    const wanted = cluster({ hosts: [...cluster().hosts, worker('w2', 2), worker('w3', 3)] });
    const id = (number: number): string => String(number).repeat(32);
    const fakes = ['m1', 'm2', 'm3', 'w3'].map((name, index) =>
      new FakeHost(wanted, name).tells(
        identityFact,
        identity({ machineId: id(index + 1), macs: [`02:00:00:00:00:0${index}`] }),
      ),
    );
    const [m1] = fakes;
    m1!
      .tells(existing(['/etc/kubernetes/admin.conf']), ['/etc/kubernetes/admin.conf'])
      .tells(httpsStatus('https://10.0.0.11:6443/readyz'), 200);
    const ids = (ofW1: string) =>
      new Map([
        ['m1', id(1)],
        ['m2', id(2)],
        ['m3', id(3)],
        ['w1', ofW1],
        ['w2', id(6)],
      ]);
    const context = { ...contextOf(wanted, m1!, fakes), subject: { hosts: ['w3'] } };
    m1!.tells(machineIds, ids(id(5)));
    expect(await compareHosts.check(context)).toEqual([]);
    m1!.tells(machineIds, ids(id(4)));
    expect(await compareHosts.check(context)).toEqual([`machine-id: w3 and w1 have the same machine id ${id(4)}`]);
  });
});
