import { expect, it } from 'vitest';
import { machineNamed } from '../../../src/cluster/cluster.js';
import { diskProblems, foldersOf } from '../../../src/steps/preflight/disk-problems.js';
import { cluster } from '../../clusters.js';

const apart = cluster({ containerd: { root: '/data/containerd' }, etcd: { dataDir: '/data/etcd' } });

/** Problems of a host by what each of its file systems has free, and where its folders lie. */
const problems = (name: string, free: Readonly<Record<string, number>>, places: Readonly<Record<string, string>>) => {
  const machine = machineNamed(apart, name);
  return diskProblems(
    apart,
    machine,
    foldersOf(apart, machine).map((folder) => {
      const fileSystem = places[folder] ?? '/dev/vda1';
      return { folder, fileSystem, freeMb: free[fileSystem]! };
    }),
  );
};

it('sums what lies on one file system, and asks each of several for its own', () => {
  expect(problems('m1', { '/dev/vda1': 5000 }, {})).toEqual([]);
  expect(problems('m1', { '/dev/vda1': 4999 }, {})).toEqual([
    {
      name: 'disk',
      words:
        '4999 MB free on /dev/vda1; 5000 MB are needed: 1000 for packages and the kubelet in /var/lib, 3000 for images and containers in /data/containerd, 1000 for etcd in /data/etcd',
    },
  ]);
  const places = { '/data/etcd': '/dev/vdb', '/data/containerd': '/dev/vdc' };
  expect(problems('m1', { '/dev/vda1': 1000, '/dev/vdb': 1000, '/dev/vdc': 3000 }, places)).toEqual([]);
  expect(problems('m1', { '/dev/vda1': 1000, '/dev/vdb': 999, '/dev/vdc': 2000 }, places)).toMatchObject([
    { words: expect.stringMatching(/^2000 MB free on \/dev\/vdc; 3000/) as string },
    { words: expect.stringMatching(/^999 MB free on \/dev\/vdb; 1000 MB are needed: 1000 for etcd/) as string },
  ]);
});

it('asks a worker for no room for etcd, and a load balancer for none at all', () => {
  expect(problems('w1', { '/dev/vda1': 4000 }, {})).toEqual([]);
  const hosts = [...apart.hosts, { name: 'l1', address: '10.0.0.41', roles: ['load-balancer'] }];
  const wanted = cluster({ hosts });
  expect(foldersOf(wanted, machineNamed(wanted, 'l1'))).toEqual([]);
});

it('stops where the disk of a folder is not mounted, on a cluster that stands too', () => {
  const disk = { folder: '/data/etcd', fileSystem: '/dev/vda1', freeMb: 20_000, unmounted: '/data' };
  expect(diskProblems(apart, machineNamed(apart, 'm1'), [disk])).toEqual([
    {
      name: 'etcd-disk',
      words:
        '/etc/fstab mounts a disk at /data, and none is mounted: etcd in /data/etcd would lie on another. Run: mount /data',
    },
  ]);
});
