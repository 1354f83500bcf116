import { systems, type Family } from '../cluster/systems.js';
import { installedDebs } from './dpkg.js';
import type { Fact } from './fact.js';
import type { InstalledPackage } from './packages.js';
import { installedRpms } from './rpm.js';
import { systemName } from './system.js';

const facts: Readonly<Record<Family, Fact<InstalledPackage[]>>> = { deb: installedDebs, rpm: installedRpms };

/** In the words of sh, the names that systems of a family may have; see `knownSystem`. */
const names = (family: Family): string =>
  systems
    .filter((one) => one.family === family)
    .map(({ name }) => `${name} | ${name}.*`)
    .join(' | ');

/**
 * All packages of a host, asked of whichever program its system has them by, so that nothing need be known of it before;
 * none of a system that kha does not know.
 */
export const installedPackages: Fact<readonly InstalledPackage[]> = {
  command:
    `named=$(${systemName}) || exit; case $named in ` +
    `${names('deb')}) echo deb; ${installedDebs.command};; ${names('rpm')}) echo rpm; ${installedRpms.command};; *) echo unknown;; esac`,
  parse(output) {
    const end = output.stdout.indexOf('\n');
    const family = output.stdout.slice(0, end);
    const rest = { ...output, stdout: output.stdout.slice(end + 1) };
    if (family === 'unknown') return [];
    if (family !== 'deb' && family !== 'rpm') throw new Error('the host does not say of which family its packages are');
    return facts[family].parse(rest);
  },
};
