import type { Cluster, Machine } from '../../cluster/cluster.js';
import { allHosts, loadBalancers } from '../../cluster/roles.js';
import { debianPackages } from '../../facts/packages.js';
import type { Bundle } from '../../facts/registry.js';
import { sh } from '../../facts/sh.js';
import type { Step } from '../step.js';
import { fetchFiles, misplaced, readBundle, type Placement } from './bundle-files.js';

const cache = '/var/cache/kha/deb';

interface Package {
  readonly file: string;
  readonly name: string;
  readonly version: string;
}

export const installPackages: Step = {
  name: 'installPackages',
  does: 'Install the system packages of the bundle',
  on: allHosts,
  pace: 'all at once',
  retry: 'download',
  needs: ['prepared hosts'],
  gives: 'packages',
  async check(context) {
    const wanted = packagesOf(context.cluster, context.host.machine, await readBundle(context));
    const found = await context.host.read(debianPackages);
    return wanted
      .filter(({ name, version }) => found.get(name) !== version)
      .map(({ name, version }) => `${name} ${version} is not installed`);
  },
  async apply(context) {
    const { cluster, host } = context;
    const contents = await readBundle(context);
    const installed = await host.read(debianPackages);
    const wanted = packagesOf(cluster, host.machine, contents).filter(
      ({ name, version }) => installed.get(name) !== version,
    );
    // An earlier attempt whose answer was lost may have come to its end meanwhile.
    if (wanted.length === 0) return;
    const placements = wanted.map(({ file }): Placement => ({
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
    await host.runUnit(
      sh`export DEBIAN_FRONTEND=noninteractive; dpkg --configure -a --force-confold && dpkg --install --force-confold ${placements.map(({ path }) => path)}`,
    );
  },
};

/** Packages of the bundle for a host. haproxy and keepalived start as soon as they are installed, so only where they belong. */
export function packagesOf(cluster: Cluster, machine: Machine, { files }: Bundle): Package[] {
  const carriesApi = loadBalancers(cluster).includes(machine);
  return Object.keys(files)
    .filter((name) => name.startsWith('deb/'))
    .map((name) => name.slice('deb/'.length))
    .map((file) => {
      const [name = '', version = ''] = file.replace(/\.deb$/, '').split('_');
      return { file, name, version: decodeURIComponent(version) };
    })
    .filter(({ name }) => carriesApi || !['haproxy', 'keepalived'].includes(name));
}
