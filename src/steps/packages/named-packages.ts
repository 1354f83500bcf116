import type { Cluster, Machine } from '../../cluster/cluster.js';
import { loadBalancers, vipCarriers } from '../../cluster/roles.js';
import { balancerPackages, knownSystem, neededPackages } from '../../cluster/systems.js';
import { installedPackages } from '../../facts/installed-packages.js';
import { system } from '../../facts/system.js';
import type { Asked } from '../host.js';
import { packageManagerOf, type PackageManager } from './package-manager.js';

/** haproxy and keepalived start as soon as they are installed, so they are only for hosts where they belong. */
export const unneededBalancers = (cluster: Cluster, machine: Machine): string[] =>
  balancerPackages.filter((name) => !(name === 'keepalived' ? vipCarriers : loadBalancers)(cluster).includes(machine));

/**
 * Packages that a host is to take from its own repositories, and how: whatever version it has already, or they have, is
 * good. runc is not among them: it comes with the other programs, by digest.
 */
export async function lackingPackages(
  cluster: Cluster,
  host: Asked,
): Promise<{ manager: PackageManager; lacking: readonly string[] }> {
  const [found, installed] = await Promise.all([host.read(system), host.read(installedPackages)]);
  const manager = packageManagerOf(found);
  const unneeded = ['runc', ...unneededBalancers(cluster, host.machine)];
  const wanted = neededPackages(knownSystem(found.os)!).filter((name) => !unneeded.includes(name));
  const there = new Set(installed.filter(({ complete }) => complete).map(({ name }) => name));
  return { manager, lacking: wanted.filter((name) => !there.has(name)) };
}
