import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../src/engine/folders.js';
import { reported, type Report } from '../../src/engine/report.js';
import { run } from '../../src/engine/run-program.js';
import { versions } from '../versions.js';

/** An image as it is made: files over nothing, or over a small Debian with the netfilter tools. */
interface Image {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
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

function images(binaries: ReadonlyMap<string, string>, start: string): Image[] {
  const { kubernetes, etcd, coredns, pause, calico } = versions;
  const binary = (name: string): string => {
    const path = binaries.get(name);
    if (!path) throw new Error(`${name} was not built`);
    return path;
  };
  const component = (name: string): Image => ({
    name: `${name}:${kubernetes}`,
    files: { [`/usr/local/bin/${name}`]: binary(name) },
  });
  const plugins = ['bandwidth', 'host-local', 'loopback', 'portmap', 'tuning'].map(
    (name) => [`/opt/cni/bin/${name}`, `/usr/lib/cni/${name}`] as const,
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
      files: { '/usr/bin/calico-node': binary('calico-node'), '/usr/sbin/start_runit': start },
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

/** Makes every image and pushes it; gives their names. */
export async function pushImages(
  binaries: ReadonlyMap<string, string>,
  registry: string,
  report: Report,
): Promise<string[]> {
  const folder = cacheFolder('images');
  await mkdir(folder, { recursive: true });
  const netfilter = join(folder, 'netfilter.tar');
  if (!existsSync(netfilter)) {
    await reported(report, 'Making the base image with the netfilter tools', async () => {
      await run('mmdebstrap', [
        '-q',
        '--variant=essential',
        `--include=${netfilterPackages}`,
        '--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*',
        versions.suite,
        `${netfilter}.making.tar`,
      ]);
      await run('mv', [`${netfilter}.making.tar`, netfilter]);
    });
  }
  const start = join(folder, 'start_runit');
  await writeFile(start, startCalicoNode);
  await chmod(start, 0o755);
  const all = images(binaries, start);
  for (const image of all)
    await reported(report, `Making and pushing ${image.name}`, () => push(image, netfilter, registry, folder));
  await rm(join(folder, 'storage'), { recursive: true, force: true });
  return all.map(({ name }) => name);
}

async function push(image: Image, netfilter: string, registry: string, folder: string): Promise<void> {
  const storage = [
    '--root',
    join(folder, 'storage/root'),
    '--runroot',
    join(folder, 'storage/run'),
    '--storage-driver',
    'vfs',
  ];
  const buildah = async (command: string, ...args: string[]): Promise<string> =>
    (await run('buildah', [...storage, command, ...args], { env: { BUILDAH_ISOLATION: 'chroot' } })).trim();
  const container = await buildah('from', 'scratch');
  if (image.netfilter) await buildah('add', '-q', container, netfilter, '/');
  // One copy, and so one layer, for all files.
  const stage = join(folder, 'stage');
  await rm(stage, { recursive: true, force: true });
  for (const [path, from] of Object.entries(image.files)) {
    await mkdir(join(stage, path, '..'), { recursive: true });
    await copyFile(from, join(stage, path));
  }
  await buildah('copy', '-q', container, stage, '/');
  await buildah(
    'config',
    '--env',
    'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/cni/bin',
    '--entrypoint',
    JSON.stringify(image.entrypoint ?? []),
    container,
  );
  if (image.command) await buildah('config', '--cmd', JSON.stringify(image.command), container);
  await buildah('commit', '-q', '--rm', container, image.name);
  // Uncompressed: registry and hosts are one machine, and four hosts that unpack are the longest part of an install.
  await buildah(
    'push',
    '-q',
    '--disable-compression',
    '--tls-verify=false',
    image.name,
    `docker://${registry}/${image.name}`,
  );
  await buildah('rmi', '-f', image.name);
}
