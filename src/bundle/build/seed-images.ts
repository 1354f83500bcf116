import { seedVersions } from '../../cluster/seed-versions.js';
import type { Report } from '../../engine/report.js';
import type { Image } from '../write-archive.js';
import { buildModules, calicoFolder, originOf } from './build-modules.js';
import { debianLayer, groundsOf } from './grounds.js';
import { makeImage, type Recipe } from './images.js';
import { calico, type Module } from './modules.js';
import { dashboard, dashboardFiles, dashboardPage, dashboardSources } from './seed-dashboard.js';
import { cniFiles, nodeEnvironment, nodeFiles, nodeGround } from './seed-calico.js';
import { labArchitecture } from './versions.js';

/** etcd of Kubernetes 1.9, with what its own list (glide.lock) has; its bolt and gRPC are older than today’s Go allows. */
const etcd: Module = {
  name: 'seed-etcd',
  toolchain: 'go1.9.7',
  commands: ['github.com/coreos/etcd', 'github.com/coreos/etcd/etcdctl'],
  gopath: {},
};

/** 1.14.7 is no version of any module; of the same three programs this is the only one that is. */
const kubeDnsVersion = '1.22.20-6-g76795c66';
const kubeDns: Module = {
  name: 'seed-kube-dns',
  flags: `-X k8s.io/dns/pkg/version.VERSION=${kubeDnsVersion}`,
  commands: ['kube-dns', 'dnsmasq-nanny', 'sidecar'].map((command) => `k8s.io/dns/cmd/${command}`),
};

/** What the seed’s images are built from, besides Kubernetes’ own. */
export const seedImageModules: readonly Module[] = [etcd, kubeDns, calico, dashboard];

/** Debian’s releases whose packages are in some of the images. */
type Ground = { readonly suite: string; readonly layer: string };

export interface SeedIngredients {
  /** Programs by their names. */
  readonly binaries: ReadonlyMap<string, string>;
  /** Folder of Calico’s sources. */
  readonly calico: string;
  /** Folder of the dashboard’s page. */
  readonly page: string;
  /** Folder of the CNI plugins. */
  readonly plugins: string;
  readonly grounds: { readonly dnsmasq: Ground; readonly node: Ground };
}

interface SeedRecipe extends Recipe {
  readonly ground?: keyof SeedIngredients['grounds'];
}

/**
 * The seed’s images besides Kubernetes’ own, by the names that kubeadm 1.9.0 and the manifests of the time ask for. Where a
 * program cannot be had in the version of the name, its origin says which one it is: see docs/seed-profile.md.
 */
export async function seedImages(layers: string, report: Report): Promise<Image[]> {
  const binaries = await buildModules(seedImageModules, labArchitecture, report);
  const { plugins } = await groundsOf(labArchitecture, report);
  const dnsmasq = { suite: 'trixie', packages: ['dnsmasq-base'] };
  const grounds = {
    dnsmasq: { suite: dnsmasq.suite, layer: await debianLayer('dnsmasq', dnsmasq, report) },
    node: { suite: nodeGround.suite, layer: await debianLayer('bird', nodeGround, report) },
  };
  const page = await dashboardPage(await dashboardSources(), report);
  return makeSeedImages({ binaries, calico: await calicoFolder(), page, plugins, grounds }, layers);
}

export async function makeSeedImages(from: SeedIngredients, layers: string): Promise<Image[]> {
  const images: Image[] = [];
  for (const { ground, ...recipe } of await recipes(from))
    images.push(
      await makeImage(
        { ...recipe, netfilter: ground !== undefined },
        await originOf(seedImageModules, recipe.of),
        ground === undefined ? '' : from.grounds[ground].layer,
        layers,
        labArchitecture,
        ground === undefined ? undefined : from.grounds[ground].suite,
      ),
    );
  return images;
}

async function recipes({ binaries, calico, page, plugins }: SeedIngredients): Promise<SeedRecipe[]> {
  const binary = (name: string): { readonly path: string } => {
    const path = binaries.get(name);
    if (path === undefined) throw new Error(`${name} was not built`);
    return { path };
  };
  const dns = (name: string, of = name): SeedRecipe => ({
    name: `k8s-dns-${name}-amd64:${seedVersions.dns}`,
    of,
    files: { [`/${of}`]: binary(of) },
    entrypoint: [`/${of}`],
  });
  const nanny = dns('dnsmasq-nanny');
  return [
    {
      name: `etcd-amd64:${seedVersions.etcd}`,
      of: 'etcd',
      files: { '/usr/local/bin/etcd': binary('etcd'), '/usr/local/bin/etcdctl': binary('etcdctl') },
    },
    dns('kube-dns'),
    dns('sidecar'),
    {
      ...nanny,
      ground: 'dnsmasq',
      // Of another user, dnsmasq would ask for rights that its pod does not have.
      files: { ...nanny.files, '/etc/dnsmasq.conf': Buffer.from('user=root\n') },
    },
    {
      name: `calico/node:${seedVersions.calico.node}`,
      of: 'calico-node',
      ground: 'node',
      files: { '/usr/bin/calico-node': binary('calico-node'), ...(await nodeFiles(calico)) },
      environment: nodeEnvironment,
      command: ['start_runit'],
    },
    {
      name: `calico/cni:${seedVersions.calico.cni}`,
      of: 'calico',
      ground: 'node',
      files: cniFiles(binary('calico'), plugins),
    },
    {
      name: `calico/kube-controllers:${seedVersions.calico['kube-controllers']}`,
      of: 'kube-controllers',
      files: {
        '/usr/bin/kube-controllers': binary('kube-controllers'),
        '/usr/bin/check-status': binary('check-status'),
      },
      entrypoint: ['/usr/bin/kube-controllers'],
    },
    {
      name: `kubernetes-dashboard-amd64:${seedVersions.dashboard}`,
      of: 'backend',
      files: { '/dashboard': binary('backend'), ...(await dashboardFiles(page)) },
      entrypoint: ['/dashboard', '--insecure-bind-address=0.0.0.0', '--bind-address=0.0.0.0'],
    },
  ];
}
