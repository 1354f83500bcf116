import type { Cluster, Machine } from '../../cluster/cluster.js';
import { allHosts, loadBalancers } from '../../cluster/roles.js';
import { packageStates, type PackageState, type WantedPackage } from '../../facts/packages.js';
import { sh } from '../../facts/sh.js';
import type { Step } from '../step.js';
import { fetchFiles, misplaced, readBundle, type HostBundle, type Placement } from './bundle-files.js';

const cache = '/var/cache/kha/deb';

interface Package extends WantedPackage {
  readonly file: string;
}

export const installPackages: Step = {
  name: 'installPackages',
  does: 'Install the system packages of the bundle, where the host has none or older ones',
  on: allHosts,
  pace: 'all at once',
  retry: 'download',
  needs: ['prepared hosts'],
  gives: 'packages',
  async check(context) {
    const { cluster, host, warn } = context;
    const wanted = packagesOf(cluster, host.machine, await readBundle(context));
    const found = await host.read(packageStates(wanted));
    return wanted.flatMap(({ name, version }) => {
      const there = found.get(name);
      if (there?.complete && there.held && there.is === 'older')
        warn(`${name} is held back at ${there.version} (apt-mark showhold) and stays; the bundle has ${version}`);
      if (installs(there)) return [`${name} ${version} is not installed`];
      return there?.complete === false ? [`${name} ${there.version} is not configured yet`] : [];
    });
  },
  async apply(context) {
    const { cluster, host } = context;
    const contents = await readBundle(context);
    const wanted = packagesOf(cluster, host.machine, contents);
    const found = await host.read(packageStates(wanted));
    const lacking = wanted.filter(({ name }) => installs(found.get(name)));
    // An earlier attempt whose answer was lost may have come to its end meanwhile.
    if (lacking.length === 0 && [...found.values()].every(({ complete }) => complete)) return;
    const placements = lacking.map(({ file }): Placement => ({
      name: `deb/${file}`,
      path: `${cache}/${file}`,
      mode: '0644',
    }));
    const absent = await misplaced(host, contents, placements);
    await fetchFiles(
      context,
      contents,
      absent.map(({ placement }) => placement),
    );
    // All in one command: packages of the bundle need each other. A dpkg that was killed is set right first.
    const install =
      placements.length > 0
        ? sh` && dpkg --install --force-confold --refuse-downgrade ${placements.map(({ path }) => path)}`
        : '';
    await host.runUnit(`export DEBIAN_FRONTEND=noninteractive; dpkg --configure -a --force-confold${install}`);
  },
};

/** What is there already, and not older than the bundle's, stays; and so does what somebody holds back. */
const installs = (there: PackageState | undefined): boolean =>
  there === undefined || (there.is !== 'newer' && !there.held && !(there.complete && there.is === 'equal'));

/** Packages of the bundle for a host. haproxy and keepalived start as soon as they are installed, so only where they belong. */
export function packagesOf(cluster: Cluster, machine: Machine, { files }: HostBundle): Package[] {
  const carriesApi = loadBalancers(cluster).includes(machine);
  return Object.keys(files)
    .filter((name) => name.startsWith('deb/'))
    .map((name) => name.slice('deb/'.length))
    .map((file) => {
      const [name = '', version = '', architecture = ''] = file.replace(/\.deb$/, '').split('_');
      return { file, name, version: decodeURIComponent(version), architecture };
    })
    .filter(({ name }) => carriesApi || !['haproxy', 'keepalived'].includes(name));
}
