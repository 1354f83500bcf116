import type { Cluster, Machine } from '../../cluster/cluster.js';
import { etcdHosts } from '../../cluster/roles.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';
import { etcdManifest } from './manifest.js';
import { laidPath, otherMembers, standingOf } from './standing.js';

type Manifest = (cluster: Cluster, machine: Machine, path: string) => WantedFile;

/** Every host lays its manifest ready before any starts: whoever finds a member running later knows that it came too late. */
export const layingEtcd = (name: string, manifest: Manifest): Step => ({
  name,
  does: 'Lay the manifest of a first etcd member ready, where no host has etcd yet',
  on: etcdHosts,
  pace: 'all at once',
  retry: 'edit',
  gives: 'founding members',
  async check(context) {
    const { cluster, host } = context;
    const standing = await standingOf(context);
    if (standing !== 'bare' && standing !== 'founder') return [];
    // A start that was cut short goes on with the members that it began with.
    if (standing === 'founder' && (await otherMembers(context)).length > 0) return [];
    return missingFiles(host, [manifest(cluster, host.machine, laidPath)]);
  },
  async apply({ cluster, host }) {
    await writeFiles(host, [manifest(cluster, host.machine, laidPath)]);
  },
});

export const layEtcdManifest: Step = layingEtcd('layEtcdManifest', etcdManifest);
