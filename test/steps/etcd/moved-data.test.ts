import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/cluster/cluster.js';
import {
  certificateConfiguration,
  clusterDocument,
  initDocuments,
} from '../../../src/steps/control-plane/kubeadm-documents.js';
import { etcdManifest } from '../../../src/steps/etcd/manifest.js';
import { manifestPath } from '../../../src/steps/etcd/standing.js';
import { checkMembership, reconfigureEtcd, writeKubeadmDocuments } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { world, type Answers } from '../disks.js';

const three = cluster();
const data = '/var/lib/etcd/member/snap/db';
const ground = { cgroup: 2, limits: { lowersOomScore: true, setsConntrack: true } } as const;
const answers: Answers = { 'stat -fc': () => 'tmpfs\n', CapBnd: () => '0\nmachine\n' };
const manifestOf = (of: Cluster): string => etcdManifest(of, of.hosts[0]!, manifestPath).content;

describe('data that lie elsewhere than the file says', () => {
  const moved = cluster({ etcd: { dataDir: '/data/etcd' } });
  const document = (of: Cluster): string => initDocuments(of, of.hosts[0]!, ground, 'local');
  const words = (from: string, to: string): RegExp =>
    new RegExp(`^etcd’s data lie in ${from} \\(.*, and etcd.dataDir is ${to}, where a member would start empty`);

  it.each<[string, Cluster, Record<string, string>, RegExp]>([
    ['by the manifest', moved, { [manifestPath]: manifestOf(three) }, words('/var/lib/etcd', '/data/etcd')],
    ['by the manifest', three, { [manifestPath]: manifestOf(moved) }, words('/data/etcd', '/var/lib/etcd')],
    [
      'by what kubeadm was told, where the manifest was taken out',
      moved,
      { [certificateConfiguration]: document(three), [data]: '' },
      words('/var/lib/etcd', '/data/etcd'),
    ],
    [
      'by what kubeadm was told, where the manifest was taken out',
      three,
      { [certificateConfiguration]: document(moved), '/data/etcd/member/snap/db': '' },
      words('/data/etcd', '/var/lib/etcd'),
    ],
  ])('are seen before anything is changed, %s', async (_, wanted, disk, expected) => {
    const { context, done } = world(wanted, { m1: disk }, answers);
    expect(await checkMembership.check(context('m1'))).toContainEqual(expect.stringMatching(expected));
    for (const step of [writeKubeadmDocuments, reconfigureEtcd])
      await expect(step.check(context('m1'))).rejects.toThrow(expected);
    expect(done).toEqual([]);
  });

  it('are none where an install was told otherwise before there were any', async () => {
    const { context } = world(moved, { m1: { [certificateConfiguration]: document(three) } });
    expect(await checkMembership.check(context('m1'))).toEqual([]);
  });

  it('are made where the file says, by the first members and by those whom kubeadm joins', () => {
    expect(manifestOf(moved).match(/\/data\/etcd"/g)).toHaveLength(3);
    expect(manifestOf(moved)).not.toContain('/var/lib/etcd');
    expect(clusterDocument(moved, 'local').etcd).toEqual({ local: { dataDir: '/data/etcd' } });
  });
});
