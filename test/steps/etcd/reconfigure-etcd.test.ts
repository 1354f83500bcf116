import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { changesOf, etcdManifest } from '../../../src/steps/etcd/manifest.js';
import { manifestPath } from '../../../src/steps/etcd/standing.js';
import { joinControlPlane, reconfigureEtcd } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { world, type Disks } from '../disks.js';
import { standing, statusOf } from './member-list.js';

const wanted = cluster();
const members = standing('m1', 'm2', 'm3');
const manifest = (name: string, of = wanted): string =>
  etcdManifest(
    of,
    of.hosts.find((host) => host.name === name)!,
    manifestPath,
  ).content;
const changed = '/etc/kubernetes/kha/etcd-changed.yaml';
const away = '/etc/kubernetes/kha/kube-apiserver-away.yaml';

describe('a manifest', () => {
  it('differs by its settings, in words, and never by its peers', () => {
    const four = cluster({
      name: 'other',
      hosts: [...wanted.hosts.slice(0, 3), { name: 'm4', address: '10.0.0.14', roles: ['control-plane'] }],
    });
    expect(changesOf(manifest('m1'), manifest('m1', four))).toEqual([]);
    const moved = cluster({ source: { registry: { address: '10.0.0.3:5000', plainHttp: true } } });
    expect(changesOf(manifest('m1'), manifest('m1', moved))).toEqual([
      'etcd’s image is 10.0.0.2:5000/etcd:3.7.0-0, not 10.0.0.3:5000/etcd:3.7.0-0',
    ]);
    expect(changesOf(manifest('m1').replace('snapshot-count=10000', 'snapshot-count=5'), manifest('m1'))).toEqual([
      'etcd’s snapshot-count is 5, not 10000',
    ]);
  });

  it('is nothing to change where kubeadm wrote it, at a join or an upgrade', () => {
    const kubeadms = readFileSync(new URL('kubeadm-etcd.yaml', import.meta.url), 'utf8');
    expect(changesOf(kubeadms, manifest('m1'))).toEqual([]);
    expect(changesOf(kubeadms.replace('etcd:3.7.0-0', 'etcd:3.6.8-0'), manifest('m1'))).toHaveLength(1);
  });
});

/** Whom the members were founded with; the file names others by now. */
const founders = '--initial-cluster=m1=https://10.0.0.11:2380';

describe('members with data whose settings changed', () => {
  function running(leader: string) {
    const former = (name: string): string =>
      manifest(name)
        .replace('etcd:3.7.0-0', 'etcd:3.6.8-0')
        .replace(/--initial-cluster=[^"]*/, founders);
    const disks: Disks = Object.fromEntries(members.map(({ name }) => [name, { [manifestPath]: former(name) }]));
    const restarted: string[] = [];
    const { context, done } = world(wanted, disks, {
      'endpoint status': () => statusOf(members, leader),
      'move-leader': () => '',
      'endpoint health --cluster': (host) => {
        disks[host]![manifestPath] = disks[host]![changed]!;
        delete disks[host]![changed];
        restarted.push(host);
        return '';
      },
    });
    return { disks, context, done, restarted };
  }

  it.each([
    ['a1', ['m2', 'm3', 'm1']],
    ['a2', ['m1', 'm3', 'm2']],
    ['a3', ['m1', 'm2', 'm3']],
  ])('are restarted one after another, the leader %s last and after it has handed over', async (leader, order) => {
    const { disks, context, done, restarted } = running(leader);
    for (const { name } of members) {
      if ((await reconfigureEtcd.check(context(name))).length > 0) await reconfigureEtcd.apply!(context(name));
      expect(await reconfigureEtcd.check(context(name))).toEqual([]);
    }
    expect(restarted).toEqual(order);
    const moves = done.filter((one) => one.includes('move-leader'));
    expect(moves).toHaveLength(1);
    expect(moves[0]!.startsWith(`${order[2]}: `)).toBe(true);
    expect(disks['m1']![manifestPath]).toContain(`"${founders}"`);
  });

  it('have their turns one at a time, as control planes that join have', () => {
    expect([reconfigureEtcd.pace, joinControlPlane.pace]).toEqual([{ atMost: 1 }, { atMost: 1 }]);
  });

  it('are left alone while another one is out', async () => {
    const { disks, context, done } = running('a3');
    delete disks['m2']![manifestPath];
    await expect(reconfigureEtcd.apply!(context('m1'))).rejects.toThrow('etcd on m2 is being restarted');
    expect(done).toEqual([]);
  });

  it('are started again where a restart was cut short', async () => {
    const { disks, context, restarted } = running('a3');
    disks['m2'] = { [changed]: manifest('m2') };
    expect(await reconfigureEtcd.check(context('m2'))).toEqual([expect.stringContaining('not started again')]);
    await reconfigureEtcd.apply!(context('m2'));
    expect(restarted).toEqual(['m2']);
  });

  it('get their API server back where only that was cut short, and are not restarted for it', async () => {
    const { content } = etcdManifest(wanted, wanted.hosts[1]!, manifestPath);
    const disks: Disks = { m2: { [manifestPath]: content, [changed]: content, [away]: 'api' } };
    const { context, done } = world(wanted, disks, {
      'endpoint status': () => statusOf(members, 'a3'),
      'rm -f': () => '',
      'endpoint health --cluster': () => '',
    });
    expect(await reconfigureEtcd.check(context('m2'))).toEqual([expect.stringContaining('API server was stopped')]);
    await reconfigureEtcd.apply!(context('m2'));
    expect(done).toEqual([`m2: rm -f ${changed}`, expect.stringMatching(/^m2: unit set -eu/)]);
  });
});
