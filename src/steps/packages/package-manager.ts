import { knownSystem, type Architecture, type Family } from '../../cluster/systems.js';
import { debOrders, unofferedDebs } from '../../facts/dpkg.js';
import type { Fact } from '../../facts/fact.js';
import type { Unoffered, VersionOrder, WantedPackage } from '../../facts/packages.js';
import { rpmOrders, unofferedRpms, versionOrder } from '../../facts/rpm.js';
import { sh } from '../../facts/sh.js';
import type { System } from '../../facts/system.js';

/** How the packages of one family are named, asked for and installed: the one place where families differ. */
export interface PackageManager {
  /** Also the folder of a bundle that its packages are in. */
  readonly family: Family;
  /** What shows the packages that somebody keeps back. */
  readonly holds: string;
  /** What an interrupted run leaves a package in, in words. */
  readonly halfWay: string;
  /** An architecture as its packages name it; first as the kernel’s, then that of packages for every one. */
  readonly architectures: (arch: Architecture) => readonly string[];
  /** What a file of a bundle holds, by its name; percent signs write what a file’s name cannot have. */
  readonly named: (file: string) => WantedPackage;
  /** How the first of each pair of versions stands to the second. */
  readonly orders: (pairs: readonly (readonly [string, string])[]) => Fact<VersionOrder[]>;
  /**
   * A script that ends what an interrupted run left half-way, then installs the files, all at once because they need each
   * other. What is newer already is refused, and changed configuration files stay.
   */
  readonly install: (paths: readonly string[], halfWay: readonly WantedPackage[]) => string;
  /** Those of the packages that the host’s own repositories do not have. */
  readonly unoffered: (names: readonly string[]) => Fact<Unoffered | undefined>;
  /**
   * A script that installs absent packages from the host’s own repositories, with all that they need. dnf would bring one
   * that is there to its newest version, so it is not to be named; it is not told to be quiet, as it would keep back which
   * address did not answer.
   */
  readonly installNamed: (names: readonly string[]) => string;
}

const noninteractive = 'export DEBIAN_FRONTEND=noninteractive; ';
const mended = 'dpkg --configure -a --force-confold';

const deb: PackageManager = {
  family: 'deb',
  holds: 'apt-mark showhold',
  halfWay: 'is not configured yet',
  architectures: (arch) => [arch, 'all'],
  named: (file) => namedBy(/^([^_]+)_([^_]+)_([^_]+)\.deb$/, file),
  orders: debOrders,
  unoffered: unofferedDebs,
  install: (paths) =>
    noninteractive +
    mended +
    (paths.length > 0 ? sh` && dpkg --install --force-confold --refuse-downgrade ${paths}` : ''),
  installNamed: (names) =>
    `${noninteractive}${mended} && apt-get -q update && ` +
    sh`apt-get -q -y --no-install-recommends --no-upgrade -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 install ${names}`,
};

const rpmNames: Readonly<Record<Architecture, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

const rpm: PackageManager = {
  family: 'rpm',
  holds: 'dnf versionlock list, or exclude in /etc/dnf/dnf.conf',
  halfWay: 'stands beside an older one: an rpm that installed it was interrupted',
  architectures: (arch) => [rpmNames[arch], 'noarch'],
  named: (file) => namedBy(/^(.+)-([^-]+-[^-]+)\.([^.-]+)\.rpm$/, file),
  orders: rpmOrders,
  unoffered: unofferedRpms,
  install: (paths, halfWay) =>
    `export LC_ALL=C; ${versionOrder}${eraseLeftBehind}` +
    halfWay.map(({ name, architecture }) => sh`newest ${`${name}.${architecture}`} || exit; `).join('') +
    (paths.length > 0 ? sh`rpm --upgrade ${paths}` : ':'),
  installNamed: (names) => sh`dnf -y --setopt=install_weak_deps=False install ${names}`,
};

/** `newest PACKAGE`: of copies that an interrupted transaction left beside each other, only the newest stays. */
const eraseLeftBehind =
  `newest() { kept=; found=$(rpm -q --qf '%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n' "$1") || return 0; for there in $found; do ` +
  'if [ -z "$kept" ]; then kept=$there; continue; fi; ' +
  'order=$(than "$there" "$kept") || return; old=$there; if [ "$order" -gt 0 ]; then old=$kept; kept=$there; fi; ' +
  'rpm --erase "${1%.*}-${old#*:}.${1##*.}" || return; done; }; ';

/** Throws for what no package is named: rpm would take a percent sign in a version for a macro. */
function namedBy(pattern: RegExp, file: string): WantedPackage {
  const [, name = '', version = '', architecture = ''] = pattern.exec(decodeURIComponent(file)) ?? [];
  if (![name, version, architecture].every((part) => /^[\w.+~^:-]+$/.test(part)))
    throw new Error(`${file} of the bundle is not named as a package is`);
  return { name, version, architecture };
}

/** The one of a host. Throws for a system that preflight lets nobody begin with. */
export function packageManagerOf({ os }: System): PackageManager {
  const known = knownSystem(os);
  if (!known) throw new Error(`${os} is no system that kha knows packages of`);
  return { deb, rpm }[known.family];
}
