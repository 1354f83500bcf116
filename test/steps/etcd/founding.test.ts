import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { etcdManifest } from '../../../src/steps/etcd/manifest.js';
import { laidPath, manifestPath, standingOf } from '../../../src/steps/etcd/standing.js';
import { checkEtcd, checkMembership, layEtcdManifest, startEtcd } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { world, type Answers, type Disks } from '../disks.js';
import { memberList, standing, statusOf } from './member-list.js';

const data = '/var/lib/etcd/member/snap/db';
const three = cluster();
const four = cluster({
  hosts: [...three.hosts.slice(0, 3), { name: 'm4', address: '10.0.0.14', roles: ['control-plane'] }],
});
const manifest = (of: Cluster, name: string): string =>
  etcdManifest(
    of,
    of.hosts.find((host) => host.name === name)!,
    manifestPath,
  ).content;
/** m1 to m3 as they run. */
const running = (): Disks =>
  Object.fromEntries(['m1', 'm2', 'm3'].map((name) => [name, { [data]: '', [manifestPath]: manifest(three, name) }]));
const kubelet: Answers = {
  'systemctl show': () => 'ActiveState=active\nUnitFileState=enabled\n',
};

describe('how a host of etcd stands', () => {
  it.each<[string, Cluster, Disks, string, string]>([
    ['nobody has etcd', three, {}, 'm1', 'bare'],
    ['laid ready, nobody has etcd', three, { m1: { [laidPath]: manifest(three, 'm1') } }, 'm1', 'founder'],
    [
      'a first start that others were quicker at',
      three,
      { ...running(), m2: { [laidPath]: manifest(three, 'm2') } },
      'm2',
      'founder',
    ],
    ['runs', three, running(), 'm2', 'member'],
    ['its manifest was taken out', three, { ...running(), m2: { [data]: '' } }, 'm2', 'member'],
    ['a host added to the file', four, running(), 'm4', 'newcomer'],
    ['reinstalled', three, { ...running(), m1: {} }, 'm1', 'newcomer'],
    [
      'laid ready for a cluster that was never founded',
      four,
      { ...running(), m4: { [laidPath]: manifest(four, 'm4') } },
      'm4',
      'newcomer',
    ],
    ['a join was begun', four, { ...running(), m4: { '/var/lib/kha/joining': '', [data]: '' } }, 'm4', 'joining'],
    [
      'a join has ended well',
      four,
      {
        ...running(),
        m4: {
          '/var/lib/kha/joining': '',
          '/var/lib/kha/control-plane': '',
          '/etc/kubernetes/kubelet.conf': '',
          [data]: '',
        },
      },
      'm4',
      'member',
    ],
  ])('%s', async (_, wanted, disks, name, expected) => {
    expect(await standingOf(world(wanted, disks).context(name))).toBe(expected);
  });
});

describe('the first start', () => {
  it('lays a manifest ready on every host before any starts, and starts with just that', async () => {
    const disks: Disks = {};
    const { context, done } = world(three, disks, {
      ...kubelet,
      'stat -fc': () => 'tmpfs\n',
      mkdir: () => '',
      'systemctl daemon-reload': () => '',
      CapBnd: () => '000001ffffffffff\nmachine\n',
    });
    for (const name of ['m1', 'm2', 'm3']) {
      expect(await layEtcdManifest.check(context(name))).toEqual([`${laidPath} is not there`]);
      await layEtcdManifest.apply!(context(name));
      expect(await layEtcdManifest.check(context(name))).toEqual([]);
    }
    expect(disks['m2']![laidPath]).toContain('m1=https://10.0.0.11:2380,m2=https://10.0.0.12:2380,m3=');
    expect(await startEtcd.check(context('m1'))).toContain(`${manifestPath} is not there`);
    await startEtcd.apply!(context('m1'));
    expect(done.find((one) => one.includes('mv -n'))).toContain(`mv -n ${laidPath} ${manifestPath}`);
  });

  it('never lays nor starts a second cluster on a bare host beside members', async () => {
    const late: Disks[] = [
      { ...running(), m1: {} },
      { ...running(), m1: { [laidPath]: manifest(four, 'm1') } },
    ];
    for (const disks of late) {
      const { context, done } = world(three, disks, kubelet);
      expect(await layEtcdManifest.check(context('m1'))).toEqual([]);
      expect(await startEtcd.check(context('m1'))).toEqual([]);
      await expect(startEtcd.apply!(context('m1'))).rejects.toThrow('the cluster stands without it');
      expect(done).toEqual([]);
    }
  });

  it('does not start what was not laid ready', async () => {
    const { context, done } = world(three, {}, kubelet);
    await expect(startEtcd.apply!(context('m1'))).rejects.toThrow('not laid ready');
    expect(done).toEqual([]);
  });

  it('goes on with the members that it began with, though the file names another by now', async () => {
    const disks = { ...running(), m3: { [laidPath]: manifest(three, 'm3') } };
    const { context } = world(four, disks, kubelet);
    expect(await layEtcdManifest.check(context('m3'))).toEqual([]);
    expect(await standingOf(context('m3'))).toBe('founder');
  });

  it('writes nothing to a member because the file names other peers', async () => {
    const disks = running();
    disks['m1']!['/etc/kubernetes/kubelet.conf'] = '';
    const { context, done } = world(four, disks, { ...kubelet, mkdir: () => '', 'systemctl daemon-reload': () => '' });
    expect(await layEtcdManifest.check(context('m1'))).toEqual([]);
    expect(await startEtcd.check(context('m1'))).toEqual([]);
    await startEtcd.apply!(context('m1'));
    expect(done.filter((one) => one.includes('manifests'))).toEqual([]);
    expect(disks['m1']![manifestPath]).toBe(manifest(three, 'm1'));
  });

  it('starts a member with data again, never as a new cluster', async () => {
    const disks: Disks = { ...running(), m2: { [data]: '', '/etc/kubernetes/kubelet.conf': '' } };
    const { context } = world(three, disks, { ...kubelet, mkdir: () => '', 'systemctl daemon-reload': () => '' });
    expect(await startEtcd.check(context('m2'))).toEqual([`${manifestPath} is not there`]);
    await startEtcd.apply!(context('m2'));
    expect(disks['m2']![manifestPath]).toContain('--initial-cluster-state=existing');
  });
});

describe('a bare host beside members', () => {
  const listed = (members: Parameters<typeof memberList>[0]): Answers => ({ 'member list': () => memberList(members) });
  const bare = (wanted: Cluster, name: string, answers: Answers) =>
    checkMembership.check(world(wanted, { ...running(), [name]: {} }, answers).context(name));

  it('may join when no member has its name or its peer URL', async () => {
    expect(await bare(four, 'm4', listed(standing('m1', 'm2', 'm3')))).toEqual([]);
  });
  it('may join when all that is listed is an attempt that never started', async () => {
    const left = { id: 'ff', peerUrls: ['https://10.0.0.14:2380'], learner: true };
    expect(await bare(four, 'm4', listed([...standing('m1', 'm2', 'm3'), left]))).toEqual([]);
  });
  it.each([
    ['by its peer URL', { id: 'beef', name: 'old', peerUrls: ['https://10.0.0.11:2380'] }],
    ['by its name', { id: 'beef', name: 'm1', peerUrls: ['https://10.0.0.99:2380'] }],
    [
      'as a learner that lost its data',
      { id: 'beef', name: 'm1', peerUrls: ['https://10.0.0.11:2380'], learner: true },
    ],
  ])('is refused in words when it is a member already, %s', async (_, member) => {
    const [said] = await bare(three, 'm1', listed([member, ...standing('m2', 'm3')]));
    expect(said).toMatch(/m1 has no etcd data, but it is the member beef .*kha node replace.*not built yet/);
  });
  it('is refused while nobody can be asked, or another one learns', async () => {
    const silent: Answers = { 'member list': () => ({ code: 1, stdout: '', stderr: 'context deadline exceeded' }) };
    expect(await bare(four, 'm4', silent)).toEqual([expect.stringContaining('does not answer')]);
    const other = { id: 'ff', name: 'm5', peerUrls: ['https://10.0.0.15:2380'], learner: true };
    expect(await bare(four, 'm4', listed([...standing('m1', 'm2', 'm3'), other]))).toEqual([
      expect.stringContaining('only one joins at a time'),
    ]);
  });
  it('is refused where etcd has hosts of its own', async () => {
    const own = cluster({
      hosts: [
        ...three.hosts,
        { name: 'm5', address: '10.0.0.15', roles: ['etcd'] },
        { name: 'm6', address: '10.0.0.16', roles: ['etcd'] },
      ],
    });
    const { context } = world(own, { m5: { [data]: '', [manifestPath]: manifest(own, 'm5') } });
    expect(await checkMembership.check(context('m6'))).toEqual([expect.stringContaining('not built yet')]);
  });
});

describe('a healthy etcd', () => {
  const health = (members: ReturnType<typeof standing>, answering = members, leader = 'a1'): Answers => ({
    'member list': () => memberList(members),
    'endpoint status': () => statusOf(answering, leader),
  });
  const all = standing('m1', 'm2', 'm3');
  const check = (wanted: Cluster, answers: Answers, name = 'm1', disks = running()) =>
    checkEtcd.check(world(wanted, disks, answers).context(name));

  it('is one whose members all answer and know one leader', async () => {
    expect(await check(three, health(all))).toEqual([]);
    expect(await check(three, health(all, all.slice(0, 2)))).toEqual(['https://10.0.0.13:2379 does not answer']);
    expect(await check(three, health(all, all, '0'))).toEqual(['the members have no common leader']);
  });
  it('is not waited for by a host that has yet to join, nor does anybody wait for that host', async () => {
    expect(await check(four, health(all), 'm4')).toEqual([]);
    expect(await check(four, health(all))).toEqual([]);
  });
  it('waits for the learner of a host that has joined, and knows no strangers', async () => {
    const joined = { ...running(), m4: { [data]: '' } };
    const learner = { ...standing('m4')[0]!, learner: true };
    expect(await check(four, health([...all, learner]), 'm1', joined)).toEqual([
      'm4 is not a voting member in the member list',
    ]);
    expect(await check(three, health([...all, ...standing('m4')]))).toEqual([
      expect.stringContaining('m4 (a4), which'),
    ]);
  });
});
