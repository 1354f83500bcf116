import type { Cluster, Machine } from '../../cluster/cluster.js';
import { containerHosts, controlPlanes, etcdHosts, isNode } from '../../cluster/roles.js';
import { isSeed } from '../../cluster/seed-profile.js';
import type { Step } from '../step.js';
import { bundledManifests } from '../manifests.js';
import { fetchFiles, misplaced, readBundle, type HostBundle, type Placement } from './bundle-files.js';
import { packagesOf } from './install-packages.js';

export const installBinaries: Step = {
  name: 'installBinaries',
  does: 'Put kubeadm, kubelet, kubectl, containerd, etcdctl and manifests of the bundle in place, by digest',
  on: containerHosts,
  pace: 'all at once',
  retry: 'download',
  needs: ['prepared hosts'],
  async check(context) {
    const contents = await readBundle(context);
    const found = await misplaced(
      context.host,
      contents,
      placementsOf(context.cluster, context.host.machine, contents),
    );
    return found.map(({ words }) => words);
  },
  async apply(context) {
    const contents = await readBundle(context);
    const found = await misplaced(
      context.host,
      contents,
      placementsOf(context.cluster, context.host.machine, contents),
    );
    await fetchFiles(
      context,
      contents,
      found.map(({ placement }) => placement),
    );
  },
};

/** Manifests, which are applied later, lie on every control plane from now on: after the pull nobody is asked any more. */
export const placementsOf = (cluster: Cluster, machine: Machine, contents: HostBundle): Placement[] => [
  ...binaries(cluster, machine, contents),
  ...(controlPlanes(cluster).includes(machine)
    ? bundledManifests(cluster).map(({ name, path }) => ({ name: `manifests/${name}.yaml`, path, mode: '0644' }))
    : []),
];

/** docker comes as packages, with all that it starts. */
const programsOf = (cluster: Cluster): { readonly runtime: readonly string[]; readonly etcd: readonly string[] } =>
  isSeed(cluster)
    ? { runtime: [], etcd: ['etcdctl'] }
    : { runtime: ['containerd', 'ctr', 'containerd-shim-runc-v2'], etcd: ['etcdctl', 'etcdutl'] };

/** runc is a package of most systems; where the bundle has none for the host's, it is a program like the others. */
function binaries(cluster: Cluster, machine: Machine, contents: HostBundle): Placement[] {
  const { runtime, etcd } = programsOf(cluster);
  const names = ['kubelet', 'kubeadm', ...runtime];
  if (isNode(machine)) names.push('kubectl');
  if (etcdHosts(cluster).includes(machine) || controlPlanes(cluster).includes(machine)) names.push(...etcd);
  if ('bin/runc' in contents.files && !packagesOf(cluster, machine, contents).some(({ name }) => name === 'runc'))
    names.push('runc');
  if ('bin/crictl' in contents.files) names.push('crictl');
  const plugins = Object.keys(contents.files).filter((name) => name.startsWith('bin/cni/'));
  return [
    ...names.map((name) => ({ name: `bin/${name}`, path: `/usr/bin/${name}`, mode: '0755' })),
    ...plugins.map((name) => ({ name, path: name.replace('bin/cni/', '/opt/cni/bin/'), mode: '0755' })),
  ];
}
