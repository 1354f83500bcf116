import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { laidPath, manifestPath } from '../../../src/steps/etcd/standing.js';
import { etcdManifest } from '../../../src/steps/etcd/manifest.js';
import { completed, joiningPath } from '../../../src/steps/control-plane/take-over.js';
import { initPath } from '../../../src/steps/control-plane/way-in.js';
import { initControlPlane, joinControlPlane } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { world, type Answers, type Disks } from '../disks.js';
import { memberList, standing } from '../etcd/member-list.js';

const three = cluster();
const m4 = { name: 'm4', address: '10.0.0.14', roles: ['control-plane'] };
const four = cluster({ hosts: [...three.hosts.slice(0, 3), m4] });
const manifest = (name: string, state = 'new'): string =>
  etcdManifest(
    three,
    three.hosts.find((host) => host.name === name)!,
    manifestPath,
  ).content.replace('cluster-state=new', `cluster-state=${state}`);
const master = {
  [completed('control-plane')]: '',
  '/etc/kubernetes/kubelet.conf': '',
  '/etc/kubernetes/admin.conf': '',
};
const member = (name: string): Record<string, string> => ({
  '/var/lib/etcd/member/snap/db': '',
  [manifestPath]: manifest(name),
});
const stacked = (): Disks =>
  Object.fromEntries(['m1', 'm2', 'm3'].map((name) => [name, { ...master, ...member(name) }]));

describe('the way in', () => {
  const external = cluster({ hosts: [...four.hosts, { name: 'm9', address: '10.0.0.19', roles: ['etcd'] }] });
  it.each<[string, typeof four, Disks, string, 'init' | 'join' | 'none']>([
    ['a first install', three, { m2: member('m2') }, 'm2', 'init'],
    ['others are done already', three, { ...stacked(), m2: member('m2') }, 'm2', 'init'],
    ['done', three, stacked(), 'm2', 'none'],
    ['kubeadm reset was run by hand', three, { ...stacked(), m2: { [completed('control-plane')]: '' } }, 'm2', 'join'],
    ['added to a cluster that stands', four, stacked(), 'm4', 'join'],
    ['a join was cut short', four, { ...stacked(), m4: { [joiningPath]: '', ...member('m3') } }, 'm4', 'join'],
    [
      'a reinstalled host whose data was kept',
      three,
      { ...stacked(), m2: { ...member('m2'), [manifestPath]: manifest('m2', 'existing') } },
      'm2',
      'join',
    ],
    ['etcd elsewhere, a first install', external, {}, 'm2', 'init'],
    ['etcd elsewhere, init was begun', external, { m1: master, m2: { [initPath]: '' } }, 'm2', 'init'],
    ['etcd elsewhere, added', external, { m1: master }, 'm4', 'join'],
    ['etcd elsewhere, a join was begun', external, { m4: { [joiningPath]: '' } }, 'm4', 'join'],
  ])('%s', async (_, wanted, disks, name, expected) => {
    const { context } = world(wanted, disks);
    const [init, join] = [await initControlPlane.check(context(name)), await joinControlPlane.check(context(name))];
    expect([init.length, join.length]).toEqual([expected === 'init' ? 1 : 0, expected === 'join' ? 1 : 0]);
  });
});

describe('joining', () => {
  const answers = (list = standing('m1', 'm2', 'm3')): Answers => ({
    'member list': () => memberList(list),
    '/readyz': (host) => (host === 'm1' ? { code: 0, stdout: '500', stderr: '' } : '200'),
    'stat -fc': () => 'tmpfs\n',
    CapBnd: () => '000001ffffffffff\nmachine\n',
    'token-id': () => '',
    'kubeadm token': () => 'abcdef.0123456789abcdef\n',
    'openssl x509': () => `${'0'.repeat(64)}  -`,
    'rm -f': () => '',
    'set -eu': () => '',
  });

  it('asks a control plane whose API server is ready, and leaves neither token nor document behind', async () => {
    const disks = { ...stacked(), m4: {} };
    const { context, done } = world(four, disks, answers());
    await joinControlPlane.apply!(context('m4'));
    expect(done.filter((one) => one.includes('admin.conf create'))).toEqual([expect.stringMatching(/^m2: /)]);
    const order = [
      'write /var/lib/kha/joining',
      'admin.conf create',
      'write /var/lib/kha/join.yaml',
      'unit ',
      'm4: rm -f /var/lib/kha/join.yaml',
      'm2: found=',
    ];
    const places = order.map((piece) => done.findIndex((one) => one.includes(piece)));
    expect(places.every((place, index) => place > (places[index - 1] ?? -1))).toBe(true);
    const document = (disks.m4 as Record<string, string>)['/var/lib/kha/join.yaml']!;
    expect(document).toContain('"controlPlane"');
    expect(document).toContain('"advertiseAddress": "10.0.0.14"');
  });

  it('waits for the voters and for nobody who learns', async () => {
    const left = { id: 'ff', name: '', peerUrls: ['https://10.0.0.14:2380'], clientUrls: [], learner: true };
    const { context, done } = world(
      four,
      { ...stacked(), m4: { [joiningPath]: '' } },
      answers([...standing('m1', 'm2', 'm3'), left]),
    );
    await joinControlPlane.apply!(context('m4'));
    const unit = done.find((one) => one.includes(': unit '))!;
    expect(unit).toContain(
      '--endpoints=https://10.0.0.11:2379,https://10.0.0.12:2379,https://10.0.0.13:2379 endpoint health',
    );
    expect(spawnSync('sh', ['-n'], { input: unit.slice(unit.indexOf('set -eu')) }).status).toBe(0);
  });

  it('takes no old mark for its own success where kubeadm reset was run before', async () => {
    const { context, done } = world(four, { ...stacked(), m4: { [completed('control-plane')]: '' } }, answers());
    expect(await joinControlPlane.check(context('m4'))).toHaveLength(1);
    await joinControlPlane.apply!(context('m4'));
    const unit = done.find((one) => one.includes(': unit '))!;
    expect(unit.indexOf(`rm -f ${completed('control-plane')}`)).toBeGreaterThan(0);
    expect(unit.indexOf(`rm -f ${completed('control-plane')}`)).toBeLessThan(unit.indexOf('kubeadm join'));
  });

  it('is refused, with nothing changed, for a control plane that lost its disk', async () => {
    const { context, done } = world(three, { ...stacked(), m1: {} }, answers());
    await expect(joinControlPlane.apply!(context('m1'))).rejects.toThrow(/it is the member a1 .*kha node replace/);
    expect(done).toEqual([]);
  });

  it('is no way for a host that was laid ready for a first start', async () => {
    const disks = { ...stacked(), m3: { [laidPath]: manifest('m3') } };
    const { context } = world(three, disks);
    expect(await joinControlPlane.check(context('m3'))).toEqual([]);
    expect(await initControlPlane.check(context('m3'))).toEqual(['kubeadm init has not ended well here']);
  });
});
