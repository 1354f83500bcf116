import type { Cluster, Machine } from '../../cluster/cluster.js';
import { containerHosts, etcdHosts } from '../../cluster/roles.js';
import type { Disk } from '../../facts/disks.js';
import type { Problem } from './problem.js';

interface Room {
  readonly folder: string;
  readonly what: string;
  readonly mb: number;
  readonly name: 'disk' | 'etcd-disk';
}

/** What lies where on a host, and the free MB that it asks for: together what kha has always asked of a control plane. */
function roomsOf({ containerd, etcd }: Cluster, carriesEtcd: boolean): Room[] {
  return [
    { folder: '/var/lib', what: 'packages and the kubelet', mb: 1000, name: 'disk' },
    { folder: containerd.root, what: 'images and containers', mb: 3000, name: 'disk' },
    ...(carriesEtcd ? [{ folder: etcd.dataDir, what: 'etcd', mb: 1000, name: 'etcd-disk' as const }] : []),
  ];
}

/** Folders whose file systems are to be looked at. */
export const foldersOf = (cluster: Cluster, machine: Machine): string[] =>
  containerHosts(cluster).includes(machine)
    ? roomsOf(cluster, etcdHosts(cluster).includes(machine)).map(({ folder }) => folder)
    : [];

/** File systems that are too full for all that will lie on them, and disks that were meant to be there and are not. */
export function diskProblems(cluster: Cluster, machine: Machine, disks: readonly Disk[]): Problem[] {
  const rooms = roomsOf(cluster, etcdHosts(cluster).includes(machine));
  const on = (fileSystem: string): Room[] =>
    rooms.filter(({ folder }) => disks.some((disk) => disk.folder === folder && disk.fileSystem === fileSystem));
  const full = disks
    .filter(({ fileSystem }, index) => disks.findIndex((one) => one.fileSystem === fileSystem) === index)
    .flatMap(({ fileSystem, freeMb }): Problem[] => {
      const asking = on(fileSystem);
      const needed = asking.reduce((sum, { mb }) => sum + mb, 0);
      const whose = asking.map(({ folder, what, mb }) => `${mb} for ${what} in ${folder}`).join(', ');
      return freeMb < needed
        ? [{ name: 'disk', words: `${freeMb} MB free on ${fileSystem}; ${needed} MB are needed: ${whose}` }]
        : [];
    });
  const unmounted = rooms.flatMap(({ folder, what, name }): Problem[] => {
    const place = disks.find((disk) => disk.folder === folder)?.unmounted;
    return place === undefined
      ? []
      : [
          {
            name,
            words: `/etc/fstab mounts a disk at ${place}, and none is mounted: ${what} in ${folder} would lie on another. Run: mount ${place}`,
          },
        ];
  });
  return [...full, ...unmounted];
}
