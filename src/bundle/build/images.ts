import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import type { Image } from '../write-archive.js';
import { writeTar, type Content } from '../write-tar.js';
import { system, type Versions } from './versions.js';

/** An image as it is made: files over nothing, or over a small Debian with the netfilter tools. */
interface Recipe {
  readonly name: string;
  readonly files: Readonly<Record<string, Content>>;
  readonly netfilter?: boolean;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
}

const netfilterPackages = 'iptables,nftables,conntrack,kmod,ipset,iproute2,procps';

/** Calico's node image runs several services under a supervisor; for VXLAN without BGP these suffice. */
const startCalicoNode = `#!/bin/sh
calico-node -startup || exit 1
NODENAME=$(cat /var/lib/calico/nodename); export NODENAME
calico-node -allocate-tunnel-addrs -allocate-tunnel-addrs-run-once || exit 1
calico-node -allocate-tunnel-addrs &
calico-node -monitor-addresses &
calico-node -status-reporter &
exec calico-node -felix
`;

function recipes(
  { kubernetes, etcd, coredns, pause, calico }: Versions,
  binaries: ReadonlyMap<string, string>,
): Recipe[] {
  const binary = (name: string): Content => {
    const path = binaries.get(name);
    if (!path) throw new Error(`${name} was not built`);
    return { path };
  };
  const component = (name: string): Recipe => ({
    name: `${name}:${kubernetes}`,
    files: { [`/usr/local/bin/${name}`]: binary(name) },
  });
  const plugins = ['bandwidth', 'host-local', 'loopback', 'portmap', 'tuning'].map(
    (name) => [`/opt/cni/bin/${name}`, { path: `/usr/lib/cni/${name}` }] as const,
  );
  return [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(component),
    { ...component('kube-proxy'), netfilter: true },
    { name: `etcd:${etcd}`, files: { '/usr/local/bin/etcd': binary('etcd') } },
    { name: `coredns:${coredns}`, files: { '/coredns': binary('coredns') }, entrypoint: ['/coredns'] },
    { name: `pause:${pause}`, files: { '/pause': binary('pause') }, entrypoint: ['/pause'] },
    { name: 'kha/probe:v1', files: { '/probe': binary('probe') }, entrypoint: ['/probe'] },
    {
      name: `calico/node:${calico}`,
      files: { '/usr/bin/calico-node': binary('calico-node'), '/usr/sbin/start_runit': Buffer.from(startCalicoNode) },
      netfilter: true,
      command: ['start_runit'],
    },
    {
      name: `calico/cni:${calico}`,
      files: {
        '/opt/cni/bin/calico': binary('calico'),
        '/opt/cni/bin/calico-ipam': binary('calico'),
        '/opt/cni/bin/install': binary('install'),
        ...Object.fromEntries(plugins),
      },
    },
    {
      name: `calico/kube-controllers:${calico}`,
      files: {
        '/usr/bin/kube-controllers': binary('kube-controllers'),
        '/usr/bin/check-status': binary('check-status'),
      },
      entrypoint: ['/usr/bin/kube-controllers'],
    },
  ];
}

/** Every image, its layers made in a folder of the cache. */
export async function makeImages(
  versions: Versions,
  binaries: ReadonlyMap<string, string>,
  folder: string,
  report: Report,
): Promise<Image[]> {
  await mkdir(folder, { recursive: true });
  const netfilter = cacheFolder('images', `netfilter-${system.suite}.tar`);
  await mkdir(cacheFolder('images'), { recursive: true });
  if (!existsSync(netfilter))
    await reported(report, 'Making the base image with the netfilter tools', async () => {
      const [variant, packages] = ['--variant=essential', `--include=${netfilterPackages}`];
      const without = '--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*';
      // The time of a build has no place in what is built (reproducible-builds.org).
      const env = { SOURCE_DATE_EPOCH: '0' };
      await run('mmdebstrap', ['-q', variant, packages, without, system.suite, `${netfilter}.making.tar`], { env });
      await rename(`${netfilter}.making.tar`, netfilter);
    });
  return Promise.all(recipes(versions, binaries).map((recipe) => makeImage(recipe, netfilter, folder)));
}

async function makeImage(recipe: Recipe, netfilter: string, folder: string): Promise<Image> {
  const { name, files, entrypoint = [], command } = recipe;
  const layer = join(folder, `${name.replaceAll(/[/:]/g, '_')}.tar`);
  const parts = Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1));
  await writeTar(
    layer,
    parts.map(([path, content]) => ({ name: path.slice(1), content, mode: 0o755 })),
  );
  const layers = [...(recipe.netfilter ? [netfilter] : []), layer].map((path) => ({ path }));
  const config = (digests: readonly string[]): object => ({
    architecture: system.arch,
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/cni/bin'],
      Entrypoint: entrypoint,
      ...(command ? { Cmd: command } : {}),
    },
    rootfs: { type: 'layers', diff_ids: digests },
  });
  return { name, config: (digests) => Buffer.from(JSON.stringify(config(digests))), layers };
}
