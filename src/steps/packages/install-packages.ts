import type { Cluster, Machine } from '../../cluster/cluster.js';
import { allHosts } from '../../cluster/roles.js';
import type { Architecture } from '../../cluster/systems.js';
import { installedPackages } from '../../facts/installed-packages.js';
import type { WantedPackage } from '../../facts/packages.js';
import type { ApplyContext, CheckContext, Step } from '../step.js';
import { fetchFiles, misplaced, readBundle, type HostBundle, type Placement } from './bundle-files.js';
import { lackingPackages, unneededBalancers } from './named-packages.js';
import { packageManagerOf } from './package-manager.js';
import { packageStates, type PackageState } from './package-states.js';

const cache = '/var/cache/kha';

interface Package extends WantedPackage {
  readonly file: string;
}

export const installPackages: Step = {
  name: 'installPackages',
  does: 'Install the system packages of the bundle, where the host has none or older ones; from the host’s own repositories, where it has none',
  on: allHosts,
  pace: 'all at once',
  retry: 'download',
  needs: ['prepared hosts'],
  gives: 'packages',
  check: (context) => (context.cluster.source.internet ? lackingByName(context) : lackingOfBundle(context)),
  apply: (context) => (context.cluster.source.internet ? installByName(context) : installFromBundle(context)),
};

async function lackingByName({ cluster, host }: CheckContext): Promise<string[]> {
  const { lacking } = await lackingPackages(cluster, host);
  return lacking.map((name) => `${name} is not installed`);
}

async function installByName({ cluster, host }: ApplyContext): Promise<void> {
  const { manager, lacking } = await lackingPackages(cluster, host);
  if (lacking.length > 0) await host.runUnit(manager.installNamed(lacking));
}

async function lackingOfBundle(context: CheckContext): Promise<string[]> {
  const { warn } = context;
  const { manager, wanted, found } = await packagesOfBundle(context);
  return wanted.flatMap(({ name, version }) => {
    const there = found.get(name);
    if (there?.complete && there.held && there.is === 'older')
      warn(`${name} is held back at ${there.version} (${manager.holds}) and stays; the bundle has ${version}`);
    if (installs(there)) return [`${name} ${version} is not installed`];
    return there?.complete === false ? [`${name} ${there.version} ${manager.halfWay}`] : [];
  });
}

async function installFromBundle(context: ApplyContext): Promise<void> {
  const { host } = context;
  const { contents, manager, wanted, found } = await packagesOfBundle(context);
  const { family, install } = manager;
  const lacking = wanted.filter(({ name }) => installs(found.get(name)));
  // An earlier attempt whose answer was lost may have come to its end meanwhile.
  if (lacking.length === 0 && [...found.values()].every(({ complete }) => complete)) return;
  const placements = lacking.map(({ file }): Placement => ({
    name: `${family}/${file}`,
    path: `${cache}/${family}/${file}`,
    mode: '0644',
  }));
  const absent = await misplaced(host, contents, placements);
  await fetchFiles(
    context,
    contents,
    absent.map(({ placement }) => placement),
  );
  const halfWay = wanted.filter(({ name }) => found.get(name)?.complete === false);
  await host.runUnit(
    install(
      placements.map(({ path }) => path),
      halfWay,
    ),
  );
}

/** Packages of the bundle for the host, and what it has of them. */
async function packagesOfBundle(context: CheckContext) {
  const { cluster, host } = context;
  const [contents, installed] = await Promise.all([readBundle(context), host.read(installedPackages)]);
  const manager = packageManagerOf(contents.system);
  const wanted = packagesOf(cluster, host.machine, contents);
  const found = await packageStates(host, contents.system, wanted, installed);
  return { contents, manager, wanted, found };
}

/** What is there already, and not older than the bundle's, stays; and so does what somebody holds back. */
const installs = (there: PackageState | undefined): boolean =>
  there === undefined || (there.is !== 'newer' && !there.held && !(there.complete && there.is === 'equal'));

/** Packages of the bundle for a host. */
export function packagesOf(cluster: Cluster, machine: Machine, { files, system }: HostBundle): Package[] {
  const { family, named, architectures } = packageManagerOf(system);
  const own = architectures(system.arch as Architecture);
  const unneeded = unneededBalancers(cluster, machine);
  return Object.keys(files)
    .filter((name) => name.startsWith(`${family}/`))
    .map((name) => name.slice(family.length + 1))
    .map((file) => ({ file, ...named(file) }))
    .filter(({ architecture }) => own.includes(architecture))
    .filter(({ name }) => !unneeded.includes(name));
}
