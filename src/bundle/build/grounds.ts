import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import { fetchPackages } from './apt-copy.js';
import { baseSystem } from './base-system.js';
import { layerOf, unpack } from './unpacked.js';
import { labArchitecture, system, type Architecture } from './versions.js';

/** What images of ours stand on, and what comes in them that is not built here. */
export interface Grounds {
  /** Layer of a small Debian with the netfilter tools. */
  readonly netfilter: string;
  /** Folder of the CNI plugins. */
  readonly plugins: string;
}

export const netfilterPackages = ['iptables', 'nftables', 'conntrack', 'kmod', 'ipset', 'iproute2', 'procps'];

/** Made once, into the cache. */
export const groundsOf = (architecture: Architecture, report: Report): Promise<Grounds> =>
  architecture === labArchitecture ? ownGrounds(report) : foreignGrounds(architecture, report);

async function ownGrounds(report: Report): Promise<Grounds> {
  const netfilter = await debianLayer('netfilter', { suite: system.suite, packages: netfilterPackages }, report);
  return { netfilter, plugins: '/usr/lib/cni' };
}

export interface DebianPackages {
  readonly suite: string;
  readonly packages: readonly string[];
  /** Paths that are taken away again. */
  readonly without?: readonly string[];
}

/** The layer of a small Debian with packages, made once for its name. */
export async function debianLayer(
  name: string,
  { suite, packages, without = [] }: DebianPackages,
  report: Report,
): Promise<string> {
  const layer = cacheFolder('images', `${name}-${suite}.tar`);
  await mkdir(cacheFolder('images'), { recursive: true });
  if (!existsSync(layer))
    await reported(report, `Making the base image with ${packages.join(', ')}`, async () => {
      const options = [
        '--variant=essential',
        `--include=${packages.join(',')}`,
        '--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*',
        ...without.map((path) => `--customize-hook=rm "$1${path}"`),
      ];
      // The time of a build has no place in what is built (reproducible-builds.org).
      const env = { SOURCE_DATE_EPOCH: '0' };
      await run('mmdebstrap', ['-q', ...options, suite, `${layer}.making.tar`], { env });
      await rename(`${layer}.making.tar`, layer);
    });
  return layer;
}

/** Of packages that are unpacked, as their scripts could not run on this machine. */
async function foreignGrounds(architecture: Architecture, report: Report): Promise<Grounds> {
  const netfilter = cacheFolder('images', `netfilter-${system.suite}-${architecture}.tar`);
  const plugins = cacheFolder('images', `cni-${system.suite}-${architecture}`);
  await mkdir(cacheFolder('images'), { recursive: true });
  const root = `${netfilter}.root`;
  if (!existsSync(netfilter))
    await reported(report, `Making the base image with the netfilter tools (${architecture})`, async () => {
      const packages = ['?essential', ...netfilterPackages];
      await unpacked(architecture, { packages, onBareHost: false }, root, report);
      await layerOf(root, `${netfilter}.making`);
      await rename(`${netfilter}.making`, netfilter);
      await rm(root, { recursive: true });
    });
  if (!existsSync(plugins))
    await reported(report, `Fetching the CNI plugins (${architecture})`, () =>
      unpacked(architecture, { packages: ['containernetworking-plugins'], onBareHost: true }, plugins, report),
    );
  return { netfilter, plugins: join(plugins, 'usr/lib/cni') };
}

async function unpacked(
  architecture: Architecture,
  wanted: { readonly packages: readonly string[]; readonly onBareHost: boolean },
  folder: string,
  report: Report,
): Promise<void> {
  const debs = `${folder}.debs`;
  await rm(debs, { recursive: true, force: true });
  await fetchPackages(await baseSystem(system.suite, report), debs, { ...wanted, architecture });
  await unpack(
    (await readdir(debs)).sort().map((name) => join(debs, name)),
    folder,
  );
  await rm(debs, { recursive: true });
}
