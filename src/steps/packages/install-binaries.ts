import type { Cluster, Machine } from '../../cluster/cluster.js';
import { containerHosts, controlPlanes, etcdHosts, isNode } from '../../cluster/roles.js';
import { isSeed } from '../../cluster/seed-profile.js';
import { sha256 } from '../../facts/files.js';
import type { CheckContext, Step } from '../step.js';
import { bundledManifests } from '../manifests.js';
import { fetchFiles, misplaced, readBundle, type HostBundle, type Misplaced, type Placement } from './bundle-files.js';
import { packagesOf } from './install-packages.js';

export const installBinaries: Step = {
  name: 'installBinaries',
  does: 'Put kubeadm, kubelet, kubectl, containerd, etcdctl and manifests of the bundle in place, by digest',
  on: containerHosts,
  pace: 'all at once',
  retry: 'download',
  needs: ['prepared hosts'],
  check: async (context) => (await lacking(context)).found.map(({ words }) => words),
  async apply(context) {
    const { contents, found } = await lacking(context);
    await fetchFiles(
      context,
      contents,
      found.map(({ placement }) => placement),
    );
  },
};

/** What is not in place. The host is asked for most of it beside what the bundle says that it has. */
async function lacking(context: CheckContext): Promise<{ contents: HostBundle; found: Misplaced[] }> {
  const { cluster, host } = context;
  const paths = [...usual(cluster, host.machine), program('crictl'), ...manifests(cluster, host.machine)].map(
    ({ path }) => path,
  );
  const [contents, found] = await Promise.all([readBundle(context), host.read(sha256(paths))]);
  const placements = placementsOf(cluster, host.machine, contents);
  return { contents, found: await misplaced(host, contents, placements, { paths, found }) };
}

export const placementsOf = (cluster: Cluster, machine: Machine, contents: HostBundle): Placement[] => [
  ...binaries(cluster, machine, contents),
  ...manifests(cluster, machine),
];

const program = (name: string): Placement => ({ name: `bin/${name}`, path: `/usr/bin/${name}`, mode: '0755' });

/** They are applied later, and lie on every control plane from now on: after the pull nobody is asked any more. */
const manifests = (cluster: Cluster, machine: Machine): Placement[] =>
  controlPlanes(cluster).includes(machine)
    ? bundledManifests(cluster).map(({ name, path }) => ({ name: `manifests/${name}.yaml`, path, mode: '0644' }))
    : [];

/** docker comes as packages, with all that it starts. */
const programsOf = (cluster: Cluster): { readonly runtime: readonly string[]; readonly etcd: readonly string[] } =>
  isSeed(cluster)
    ? { runtime: [], etcd: ['etcdctl'] }
    : { runtime: ['containerd', 'ctr', 'containerd-shim-runc-v2'], etcd: ['etcdctl', 'etcdutl'] };

/** Programs that a host has of every bundle. */
function usual(cluster: Cluster, machine: Machine): Placement[] {
  const { runtime, etcd } = programsOf(cluster);
  const names = ['kubelet', 'kubeadm', ...runtime];
  if (isNode(machine)) names.push('kubectl');
  if (etcdHosts(cluster).includes(machine) || controlPlanes(cluster).includes(machine)) names.push(...etcd);
  return names.map(program);
}

/** runc is a package of most systems; where the bundle has none for the host's, it is a program like the others. */
function binaries(cluster: Cluster, machine: Machine, contents: HostBundle): Placement[] {
  const further: string[] = [];
  if ('bin/runc' in contents.files && !packagesOf(cluster, machine, contents).some(({ name }) => name === 'runc'))
    further.push('runc');
  if ('bin/crictl' in contents.files) further.push('crictl');
  const plugins = Object.keys(contents.files).filter((name) => name.startsWith('bin/cni/'));
  return [
    ...usual(cluster, machine),
    ...further.map(program),
    ...plugins.map((name) => ({ name, path: name.replace('bin/cni/', '/opt/cni/bin/'), mode: '0755' })),
  ];
}
