import { join } from 'node:path';
import { seedVersions } from '../../cluster/seed-versions.js';
import { neededPackages } from '../../cluster/systems.js';
import type { Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import type { Image, Source } from '../write-archive.js';
import { buildModules, modulesDigest, originOf } from './build-modules.js';
import { apache } from './common-files.js';
import { groundsOf } from './grounds.js';
import { makeImage, makeProbe, type Recipe } from './images.js';
import { seedModules } from './modules.js';
import { dashboardManifest, dashboardSources } from './seed-dashboard.js';
import { seedImageModules, seedImages } from './seed-images.js';
import { labArchitecture, system, type Architecture } from './versions.js';

/** kubernetes-cni 0.6.0’s package, which the seed installs, has these for the kubelet, as far as Debian has them still. */
const cniPlugins = [
  'bridge',
  'dhcp',
  'host-local',
  'ipvlan',
  'loopback',
  'macvlan',
  'portmap',
  'ptp',
  'tuning',
  'vlan',
];

/**
 * kube-proxy 1.9 has iptables-restore wait for a lock, by `-w5` (k8s.io/kubernetes v1.9.0, pkg/util/iptables), which
 * Debian's, speaking to nftables, takes for options that it does not know.
 */
const restore = `#!/bin/sh
for argument; do
  shift
  [ "$argument" = -w5 ] || set -- "$@" "$argument"
done
exec /usr/sbin/iptables-restore "$@"
`;

const kubeProxy = ({ files, ...recipe }: Recipe): Recipe => ({
  ...recipe,
  files: { ...files, '/usr/local/bin/iptables-restore': Buffer.from(restore) },
  netfilter: true,
});

/** kubeadm 1.9 names images by their architecture (k8s.io/kubernetes v1.9.0, cmd/kubeadm/app/images/images.go). */
const recipes = (binary: (name: string) => string): Recipe[] => {
  const component = (name: string): Recipe => ({
    name: `${name}-amd64:${seedVersions.kubernetes}`,
    of: name,
    files: { [`/usr/local/bin/${name}`]: { path: binary(name) } },
  });
  return [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(component),
    kubeProxy(component('kube-proxy')),
    {
      name: `pause-amd64:${seedVersions.pause}`,
      of: 'pause',
      files: { '/pause': { path: binary('pause') } },
      entrypoint: ['/pause'],
    },
  ];
};

/** Of what goes with it in its bundle, by name. */
export const versionsOfSeed: Readonly<Record<string, string>> = {
  etcd: seedVersions.etcd,
  dns: seedVersions.dns,
  dashboard: seedVersions.dashboard,
  pause: seedVersions.pause,
  calico: seedVersions.calico.node,
};

/** Counted up when images or files of the seed's bundle are made another way, which are no others' (see build.ts). */
const recipe = 2;

/** Names everything that the seed’s bundle is made from, and how. */
export const seedIngredients = async (): Promise<string[]> => [
  `seed ${recipe}`,
  JSON.stringify(seedVersions),
  ...neededPackages({ name: system.os, family: 'deb' }, 'docker'),
  await modulesDigest([...seedModules, ...seedImageModules]),
];

/** Kubernetes’ own images, and what stands in a pod’s place; the proof of the network is kha’s own. */
export async function kubernetesImages(
  binaries: ReadonlyMap<string, string>,
  netfilter: string,
  layers: string,
): Promise<Image[]> {
  const binary = (name: string): string => {
    const path = binaries.get(name);
    if (path === undefined) throw new Error(`${name} was not built`);
    return path;
  };
  const made = recipes(binary).map(async (recipe) =>
    makeImage(recipe, await originOf(seedModules, recipe.of), netfilter, layers, labArchitecture),
  );
  const probe = makeProbe([{ architecture: labArchitecture, path: binary('probe') }], layers);
  return Promise.all([...made, probe]);
}

/** Programs and images of the seed’s own release. Throws for architectures that its images are not named for. */
export async function sourceFromSeed(
  architectures: readonly Architecture[],
  layers: string,
  report: Report,
): Promise<Pick<Source, 'files' | 'images'>> {
  if (architectures.some((one) => one !== labArchitecture))
    throw new Error(`${seedVersions.kubernetes} is built for ${labArchitecture} alone`);
  const binaries = await buildModules(seedModules, labArchitecture, report);
  const { netfilter, plugins } = await groundsOf(labArchitecture, report);
  const images = [...(await kubernetesImages(binaries, netfilter, layers)), ...(await seedImages(layers, report))];
  const all = [...seedModules, ...seedImageModules];
  const built = new Map([...binaries, ...(await buildModules(seedImageModules, labArchitecture, report))]);
  const programs = ['kubeadm', 'kubelet', 'kubectl', 'etcdctl'].map(async (name) => {
    const origin = await originOf(all, name);
    return {
      name: `bin/${labArchitecture}/${name}`,
      content: { path: built.get(name) ?? name },
      version: origin.slice(origin.lastIndexOf('@') + 1),
      origin,
      ...apache,
    };
  });
  const version = await run('dpkg-query', ['--show', '--showformat', '${Version}', 'containernetworking-plugins']);
  const cni = cniPlugins.map((name) => ({
    name: `bin/${labArchitecture}/cni/${name}`,
    content: { path: join(plugins, name) },
    version,
    origin: 'Debian’s containernetworking-plugins',
    ...apache,
  }));
  const manifest = await dashboardManifest(await dashboardSources());
  return { images, files: [...(await Promise.all(programs)), ...cni, manifest] };
}
