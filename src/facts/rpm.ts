import type { Fact } from './fact.js';
import { lines } from './files.js';
import { readOrders, unoffered, type InstalledPackage, type Unoffered, type VersionOrder } from './packages.js';
import { present, sh } from './sh.js';

const locks = '/etc/dnf/plugins/versionlock.list';
const settings = '/etc/dnf/dnf.conf';

/**
 * Defines `than ONE OTHER` for the rest of a script: prints 1, 0 or -1 where one version is newer than the other, the same,
 * or older. rpm compares them itself, whole ones since 4.16 (rpm.org, Lua in rpm); macros carry them, so that none is ever lua.
 */
export const versionOrder = `than() { rpm --define "kha_one $1" --define "kha_other $2" --eval '%{lua: print(rpm.vercmp(rpm.expand("%{kha_one}"), rpm.expand("%{kha_other}")))}'; }; `;

/** All packages that rpm has. What an interrupted rpm left beside a newer one is there as well. */
export const installedRpms: Fact<InstalledPackage[]> = {
  command:
    present +
    "export LC_ALL=C; rpm -qa --qf 'package %{NAME} %{ARCH} %{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n' || exit; " +
    // What somebody keeps: dnf-versionlock(8), dnf.conf(5).
    `if present ${locks}; then sed -n 's/^[[:space:]]*\\([^#![:space:]][^[:space:]]*\\).*/lock \\1/p' ${locks} || exit; fi; ` +
    `if present ${settings}; then sed -n 's/^\\(exclude\\|excludepkgs\\)[[:space:]]*=/exclude /p' ${settings}; fi`,
  parse({ stdout }) {
    const said = lines(stdout).map((line) => line.trim().split(/[\s,]+/));
    const kept = said
      .flatMap(([kind, ...patterns]) =>
        kind === 'package' ? [] : kind === 'lock' ? patterns.map(lockedName) : patterns,
      )
      .map(glob);
    const found = said
      .filter(([kind]) => kind === 'package')
      .map(([, name = '', architecture = '', version = '']) => {
        const held = kept.some((one) => one.test(name));
        return { name, version: version.replace(/^0:/, ''), architecture, held, complete: true };
      });
    // A host that rpm made has packages: its database is not there or cannot be read.
    if (found.length === 0) throw new Error('rpm knows of no package at all');
    return found;
  },
};

/** How the first of each pair of versions stands to the second. */
export const rpmOrders = (pairs: readonly (readonly [string, string])[]): Fact<VersionOrder[]> => ({
  command: versionOrder + pairs.map(([one, other]) => sh`than ${one} ${other} || exit`).join('; '),
  parse: (output) => readOrders(output, pairs, { '-1': 'older', '0': 'equal', '1': 'newer' }),
});

/** The name in a line of the version lock: `haproxy-0:2.4.22-3.el9.*`, or with the epoch in front as yum wrote it. */
const lockedName = (line: string): string => line.replace(/^\d+:/, '').replace(/-(\d+:)?[\d*].*$/, '');

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\-]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

/**
 * Those of the packages that the host’s own repositories do not have, by metadata that are fetched beside the host’s own; see
 * `unofferedDebs`. With -q dnf 4.14 would leave out at which address of a repository nobody answers, and why.
 */
export const unofferedRpms = (names: readonly string[]): Fact<Unoffered | undefined> => ({
  command:
    `export LC_ALL=C; folder=$(mktemp -d) || exit; trap 'rm -rf "$folder"' EXIT; ` +
    sh`offered=$(timeout 50 dnf --setopt=cachedir="$folder" repoquery --available --qf ${'%{name}\n'} ${names} 2>"$folder/said"); ` +
    'if [ $? -eq 124 ]; then echo late; exit 0; fi; ' +
    sh`for name in ${names}; do if ! printf '%s\\n' "$offered" | grep -qxF -- "$name"; then echo "lacks $name"; fi; done; sed -n 's/^ *- \\(.*\\)/said \\1/p; s/^\\(Error: .*[^ ]\\) *$/said \\1/p; s/^Ignoring repositories.*/said &/p' "$folder/said"`,
  parse: unoffered,
  waits: true,
});
