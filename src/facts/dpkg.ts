import type { Fact } from './fact.js';
import { lines } from './files.js';
import type { PackageState, WantedPackage } from './packages.js';
import { sh } from './sh.js';

/** What dpkg has of the packages, by name; one that is not installed is left out. Versions go by deb-version(7). */
export const dpkgStates = (wanted: readonly WantedPackage[]): Fact<Map<string, PackageState>> => ({
  command:
    'state() { ' +
    // A package for all architectures is asked for without one: dpkg counts it to its own.
    // dpkg-query(1): 1 where there is no such package, 2 where it cannot say.
    `found=$(dpkg-query -W -f '\${db:Status-Want} \${db:Status-Status} \${Version}\\n' "$1\${3:+:$3}"); code=$?; if [ "$code" -eq 1 ]; then return 0; elif [ "$code" -ne 0 ]; then exit "$code"; fi; ` +
    'there=${found##* }; if [ -z "$there" ]; then return 0; fi; ' +
    'if dpkg --compare-versions "$there" lt "$2"; then is=older; elif dpkg --compare-versions "$there" gt "$2"; then is=newer; else is=equal; fi; ' +
    'echo "$1 $found $is"; }; ' +
    wanted
      .map(
        ({ name, version, architecture }) => sh`state ${name} ${version} ${architecture === 'all' ? '' : architecture}`,
      )
      .join('; '),
  parse: ({ stdout }) =>
    new Map(
      lines(stdout)
        .map((line) => line.split(' '))
        .filter(([, , status]) => status !== 'config-files' && status !== 'not-installed')
        .map(([name = '', want, status, version = '', is]) => [
          name,
          { version, held: want === 'hold', complete: status === 'installed', is: is as PackageState['is'] },
        ]),
    ),
});

/** Those of the packages that are not there whole. */
export const absentDebs = (names: readonly string[]): Fact<string[]> => ({
  // dpkg-query(1): 1 where there is no such package, 2 where it cannot say.
  command: sh`for name in ${names}; do state=$(dpkg-query -W -f '\${db:Status-Status}' "$name"); code=$?; if [ "$code" -gt 1 ]; then exit "$code"; fi; if [ "$state" != installed ]; then echo "$name"; fi; done`,
  parse: ({ stdout }) => lines(stdout),
});
