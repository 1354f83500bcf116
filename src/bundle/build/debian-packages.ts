import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { neededPackages } from '../../cluster/systems.js';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { fetchPackages } from './apt-copy.js';
import { labArchitecture, type Architecture } from './versions.js';

/** The same for every release of Debian. */
const debianNames = neededPackages({ name: 'debian', family: 'deb' });

const digestOf = (names: readonly string[]): string =>
  createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 12);

/** Names the packages that `debianPackages` gives where it is not told others. */
export const packagesDigest = digestOf(debianNames);

/** The .deb files that these packages take on a bare host, with everything that they need. */
export async function debianPackages(
  rootfs: string,
  report: Report,
  architecture: Architecture = labArchitecture,
  packages: readonly string[] = debianNames,
): Promise<string[]> {
  const [name, of] = architecture === labArchitecture ? ['', ''] : [`-${architecture}`, ` (${architecture})`];
  const folder = cacheFolder('deb', `${basename(rootfs)}-${digestOf(packages)}${name}`);
  if (!existsSync(folder))
    await reported(report, `Fetching the hosts’ Debian packages${of}`, () =>
      fetchPackages(rootfs, folder, { packages, architecture, onBareHost: true }),
    );
  return (await readdir(folder)).sort().map((file) => join(folder, file));
}
