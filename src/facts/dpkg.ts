import type { Fact } from './fact.js';
import { lines } from './files.js';
import { unoffered, type PackageState, type Unoffered, type WantedPackage } from './packages.js';
import { sh } from './sh.js';

/** Fills `$found` for the rest of a script: all that dpkg has of the packages, each after a newline, asked for at once. */
const looked = (format: string, names: readonly string[]): string =>
  // dpkg-query(1): 1 where there is no such package, 2 where it cannot say.
  sh`found=$(dpkg-query -W -f ${`\\n${format}`} ${names}); code=$?; if [ "$code" -gt 1 ]; then exit "$code"; fi; `;

/** What dpkg has of the packages, by name; one that is not installed is left out. Versions go by deb-version(7). */
export const dpkgStates = (wanted: readonly WantedPackage[]): Fact<Map<string, PackageState>> => ({
  command:
    looked(
      '${Package} ${db:Status-Want} ${db:Status-Status} ${Version}',
      // A package for all architectures is asked for without one: dpkg counts it to its own.
      wanted.map(({ name, architecture }) => (architecture === 'all' ? name : `${name}:${architecture}`)),
    ) +
    sh`line=${'\n'}; state() { case $found in *"$line$1 "*) ;; *) return 0;; esac; ` +
    'its=${found#*"$line$1 "}; its=${its%%"$line"*}; there=${its##* }; ' +
    'if [ -z "$there" ]; then return 0; elif [ "$there" = "$2" ]; then is=equal; ' +
    'elif dpkg --compare-versions "$there" lt "$2"; then is=older; elif dpkg --compare-versions "$there" gt "$2"; then is=newer; else is=equal; fi; ' +
    'echo "$1 $its $is"; }; ' +
    wanted.map(({ name, version }) => sh`state ${name} ${version}`).join('; '),
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
  command:
    looked('${Package} ${db:Status-Status}', names) +
    sh`line=${'\n'}; for name in ${names}; do case "$found$line" in *"$line$name installed$line"*) ;; *) echo "$name";; esac; done`,
  parse: ({ stdout }) => lines(stdout),
});

/**
 * Those of the packages that the host’s own repositories do not have, by lists that are fetched anew beside the host’s own,
 * which stay as they are; and what apt said of the repositories. Undefined where they did not come in time.
 */
export const unofferedDebs = (names: readonly string[]): Fact<Unoffered | undefined> => ({
  command:
    `folder=$(mktemp -d) || exit; trap 'rm -rf "$folder"' EXIT; mkdir "$folder/partial"; ` +
    'set -- -o "Dir::State::Lists=$folder" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root; export LC_ALL=C; ' +
    // apt-get(8) ends well where only some of the repositories answer.
    'said=$(timeout 40 apt-get "$@" -o Acquire::Retries=0 -qq update 2>&1); if [ $? -eq 124 ]; then echo late; exit 0; fi; ' +
    sh`for name in ${names}; do found=$(apt-cache "$@" policy "$name") || exit; ` +
    `case $(printf '%s\\n' "$found" | sed -n 's/^ *Candidate: //p') in '' | '(none)') echo "lacks $name";; esac; done; ` +
    `printf '%s\\n' "$said" | sed -n 's/^[EW]: /said /p'`,
  parse: unoffered,
  waits: true,
});
