import type { Fact } from './fact.js';
import { lines } from './files.js';
import { readOrders, unoffered, type InstalledPackage, type Unoffered, type VersionOrder } from './packages.js';
import { sh } from './sh.js';

/** All packages that dpkg has. To ask it for some costs the same, as it reads its whole database for one. */
export const installedDebs: Fact<InstalledPackage[]> = {
  command: "dpkg-query -W -f '${Package} ${Architecture} ${db:Status-Want} ${db:Status-Status} ${Version}\\n'",
  parse({ stdout }) {
    const found = lines(stdout)
      .map((line) => line.split(' '))
      .filter(([, , , status]) => status !== 'config-files' && status !== 'not-installed')
      .map(([name = '', architecture = '', want, status, version = '']) => {
        return { name, version, architecture, held: want === 'hold', complete: status === 'installed' };
      });
    // It is one itself.
    if (found.length === 0) throw new Error('dpkg knows of no package at all');
    return found;
  },
};

/** How the first of each pair of versions stands to the second; deb-version(7). */
export const debOrders = (pairs: readonly (readonly [string, string])[]): Fact<VersionOrder[]> => ({
  command:
    'order() { for than in lt gt; do dpkg --compare-versions "$1" "$than" "$2"; ' +
    'case $? in 0) echo "$than"; return;; 1) ;; *) exit 65;; esac; done; echo eq; }; ' +
    pairs.map(([one, other]) => sh`order ${one} ${other}`).join('; '),
  parse: (output) => readOrders(output, pairs, { lt: 'older', eq: 'equal', gt: 'newer' }),
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
