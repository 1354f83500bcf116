import type { InstalledPackage, VersionOrder, WantedPackage } from '../../facts/packages.js';
import type { System } from '../../facts/system.js';
import type { Architecture } from '../../cluster/systems.js';
import type { Asked } from '../host.js';
import { packageManagerOf } from './package-manager.js';

/** A package that the host has, beside the one that is wanted. */
export interface PackageState extends Pick<InstalledPackage, 'version' | 'held'> {
  /** Whole; an interrupted dpkg leaves a package half-way, an interrupted rpm leaves the old one beside the new one. */
  readonly complete: boolean;
  /** Beside the wanted version. */
  readonly is: VersionOrder;
}

const ranks: readonly VersionOrder[] = ['older', 'equal', 'newer'];
const withEpoch = (version: string): string => (version.includes(':') ? version : `0:${version}`);

/**
 * What a host has of the packages, by name; one that it does not have is left out. Which version is newer the host is asked
 * only of those that differ: on one that has nothing to do, of none.
 */
export async function packageStates(
  host: Asked,
  system: System,
  wanted: readonly WantedPackage[],
  installed: readonly InstalledPackage[],
): Promise<Map<string, PackageState>> {
  const { orders, architectures } = packageManagerOf(system);
  const fitting = architectures(system.arch as Architecture);
  const own = installed.filter(({ architecture }) => fitting.includes(architecture));
  const pairs = wanted.flatMap((one) => own.filter(({ name }) => name === one.name).map((there) => ({ there, one })));
  const differing = pairs.filter(({ there, one }) => withEpoch(there.version) !== withEpoch(one.version));
  const order =
    differing.length === 0
      ? []
      : await host.read(orders(differing.map(({ there, one }) => [there.version, one.version] as const)));
  const states = new Map<string, PackageState>();
  for (const pair of pairs) {
    const { name, version, held, complete } = pair.there;
    const is = order[differing.indexOf(pair)] ?? 'equal';
    const other = states.get(name);
    const newest = other && ranks.indexOf(other.is) > ranks.indexOf(is) ? other : { version, held, is };
    states.set(name, { ...newest, complete: complete && !other });
  }
  return states;
}
