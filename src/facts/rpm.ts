import type { Fact } from './fact.js';
import { lines } from './files.js';
import { unoffered, type PackageState, type Unoffered, type WantedPackage } from './packages.js';
import { present, sh } from './sh.js';

const locks = '/etc/dnf/plugins/versionlock.list';
const settings = '/etc/dnf/dnf.conf';

/** A host that rpm made has packages: where it knows of none, its database is not there or cannot be read. */
const answering =
  'export LC_ALL=C; all=$(rpm -qa) || exit; if [ -z "$all" ]; then echo "rpm knows of no package at all" >&2; exit 65; fi; ';

/**
 * Defines `than ONE OTHER` for the rest of a script: prints 1, 0 or -1 where one version is newer than the other, the same,
 * or older. rpm compares them itself, whole ones since 4.16 (rpm.org, Lua in rpm); macros carry them, so that none is ever lua.
 */
export const versionOrder = `than() { rpm --define "kha_one $1" --define "kha_other $2" --eval '%{lua: print(rpm.vercmp(rpm.expand("%{kha_one}"), rpm.expand("%{kha_other}")))}'; }; `;

/**
 * What rpm has of the packages, by name; one that is not installed is left out. rpm(8) exits with how many it has not
 * found, and with the same where its database cannot be read: only its own words for a package that is not there count.
 */
export const rpmStates = (wanted: readonly WantedPackage[]): Fact<Map<string, PackageState>> => ({
  command:
    present +
    versionOrder +
    answering +
    `state() { found=$(rpm -q --qf '%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n' "$1.$3" 2>&1); case "$?$found" in ` +
    '0*) for there in $found; do is=$(than "$there" "$2") || exit; echo "package $1 $there $is"; done;; ' +
    '"1package $1.$3 is not installed") ;; *) echo "$found" >&2; exit 65;; esac; }; ' +
    wanted.map(({ name, version, architecture }) => sh`state ${name} ${version} ${architecture}; `).join('') +
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
    const states = new Map<string, PackageState>();
    for (const [kind, name = '', version = '', order = ''] of said) {
      if (kind !== 'package') continue;
      const is = orders.get(order);
      if (!is) throw new Error(`rpm does not say which version of ${name} is newer`);
      const state = {
        version: version.replace(/^0:/, ''),
        held: kept.some((one) => one.test(name)),
        complete: true,
        is,
      };
      const other = states.get(name);
      const newer = other && ranks.indexOf(other.is) > ranks.indexOf(is) ? other : state;
      states.set(name, other ? { ...newer, complete: false } : state);
    }
    return states;
  },
});

const ranks: readonly PackageState['is'][] = ['older', 'equal', 'newer'];
const orders = new Map(ranks.map((is, index) => [String(index - 1), is]));

/** The name in a line of the version lock: `haproxy-0:2.4.22-3.el9.*`, or with the epoch in front as yum wrote it. */
const lockedName = (line: string): string => line.replace(/^\d+:/, '').replace(/-(\d+:)?[\d*].*$/, '');

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\-]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

/** Those of the packages that are not there. */
export const absentRpms = (names: readonly string[]): Fact<string[]> => ({
  command:
    answering +
    sh`for name in ${names}; do found=$(rpm -q --qf '' "$name" 2>&1); case "$?$found" in 0) ;; "1package $name is not installed") echo "$name";; *) echo "$found" >&2; exit 65;; esac; done`,
  parse: ({ stdout }) => lines(stdout),
});

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
