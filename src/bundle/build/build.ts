import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AddOn } from '../../cluster/add-ons.js';
import { seedProfile } from '../../cluster/seed-versions.js';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { Downloads } from '../downloads.js';
import { Https, type Reach } from '../../engine/https.js';
import type { Source } from '../write-archive.js';
import { buildProbe, modulesDigest } from './build-modules.js';
import { addOnParts } from './add-on-parts.js';
import { ownAddOns } from './common-files.js';
import { packagesDigest } from './debian-packages.js';
import { seedIngredients, sourceFromSeed, versionsOfSeed } from './from-seed.js';
import { sourceFromModules, toolsOfModules } from './from-modules.js';
import { makeProbe } from './images.js';
import { modulesFor } from './modules.js';
import { readLock, writeLock, writeLocked } from './locked.js';
import { packageFiles, type PackageSources } from './package-files.js';
import { chooseOrigin, type Origin } from './official/choose.js';
import { sourceFromOfficial } from './official/from-official.js';
import { seedAddOns } from './seed-dashboard.js';
import { labArchitecture, system, versions, versionsOf, type Architecture, type Versions } from './versions.js';

/** Everything that shapes a bundle but is no module; count it up when images or files are made another way. */
const recipe = 5;

export interface Build {
  readonly kubernetes: string;
  readonly path: string;
  /** Official downloads where they answer, else Go modules, unless told. */
  readonly from?: Origin | undefined;
  readonly architectures?: readonly Architecture[];
  readonly packages: PackageSources;
  /** Add-ons that it holds besides kha’s own, with their images. */
  readonly addOns?: readonly AddOn[];
  /** PEM file of the private key that signs it. */
  readonly key?: string | undefined;
  /** Lock file: what is there must be what the build resolves; where none is, one is written. */
  readonly lock?: string | undefined;
  readonly reach?: Reach;
}

/** The bundle for this version of kha, made where it is not there yet: its path in the cache, where it stays. */
export async function cachedBundle(report: Report, kubernetes = versions.kubernetes): Promise<string> {
  const parts =
    kubernetes === seedProfile
      ? await seedIngredients()
      : [JSON.stringify(versions), packagesDigest, await modulesDigest(modulesFor(versions))];
  const name = createHash('sha256')
    .update([recipe, ...parts].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const path = cacheFolder('bundles', `${name}.tar`);
  const packages = new Map([[system.os, undefined]]);
  if (!existsSync(path)) await buildBundle({ kubernetes, path, from: 'modules', packages }, report);
  return path;
}

/** Makes a bundle. Throws LockRefused, and DownloadFailed. */
export async function buildBundle(build: Build, report: Report): Promise<void> {
  const { kubernetes, path, key, lock, packages, reach = {} } = build;
  const seed = kubernetes === seedProfile;
  if (seed) assertSeedCanBe(build);
  const architectures = build.architectures ?? [labArchitecture];
  const locked = lock === undefined ? undefined : await readLock(lock, kubernetes);
  const origin = build.from ?? (seed ? 'modules' : await chooseOrigin(kubernetes, reach, report));
  const folder = cacheFolder('bundles', `${process.pid}.making`);
  await mkdir(folder, { recursive: true });
  try {
    // First, as a chart may be wrong, and everything else takes long.
    const further = await withAddOns(build, architectures, report);
    const parts = await partsOf(kubernetes, origin, architectures, reach, folder, report);
    const from = origin === 'official' ? 'official downloads' : `Go modules with ${await toolsOfModules()}`;
    const ofSystems = await packageFiles(packages, report, architectures, seed ? 'docker' : 'containerd');
    const files = [...parts.files, ...ownAddOns, ...further.files, ...ofSystems];
    const source = {
      description: { ...describe(kubernetes, architectures, packages), ...further.description },
      images: [...parts.images, ...further.images],
      files,
    };
    const what = `Writing the bundle of ${source.images.length} images and ${source.files.length} files`;
    const built = await reported(report, what, () => writeLocked(path, source, { key, from, locked, lock }));
    if (lock !== undefined && !locked) await writeLock(lock, built);
  } finally {
    // What failed did not wait for its neighbours, which may still be writing there.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

type Parts = Pick<Source, 'files' | 'images'>;

/** What add-ons bring, whatever else it is made from: their images are built by nobody here. */
async function withAddOns(
  { kubernetes, addOns = [], reach = {} }: Build,
  architectures: readonly Architecture[],
  report: Report,
): Promise<Parts & { readonly description: Pick<Source['description'], 'addOns'> }> {
  if (addOns.length === 0) return { files: [], images: [], description: {} };
  using https = new Https(reach);
  const downloads = new Downloads(https, cacheFolder('downloads'));
  const made = await addOnParts({ addOns, versions: versionsOf(kubernetes), architectures, downloads, reach }, report);
  return { files: made.files, images: made.images, description: { addOns: made.addOns } };
}

/** Throws where a bundle of the seed's release is asked for that there is none of. */
function assertSeedCanBe({ from, addOns = [] }: Build): void {
  if (from === 'official')
    throw new Error(`${seedProfile} is published nowhere any more: it is made from Go modules (--from modules)`);
  if (addOns.length > 0) throw new Error(`a bundle of ${seedProfile} has no add-ons of others (--add-ons)`);
}

function partsOf(
  kubernetes: string,
  origin: Origin,
  architectures: readonly Architecture[],
  reach: Reach,
  folder: string,
  report: Report,
): Promise<Parts> {
  if (kubernetes === seedProfile) return sourceFromSeed(architectures, folder, report);
  const wanted = versionsOf(kubernetes);
  return origin === 'official'
    ? official(wanted, architectures, reach, folder, report)
    : sourceFromModules(wanted, architectures, folder, report);
}

async function official(
  wanted: Versions,
  architectures: readonly Architecture[],
  reach: Reach,
  folder: string,
  report: Report,
): Promise<Parts> {
  using https = new Https(reach);
  const downloads = new Downloads(https, cacheFolder('downloads'));
  const { files, images } = await sourceFromOfficial(wanted, architectures, downloads, folder, report);
  const probes = [];
  for (const architecture of architectures)
    probes.push({ architecture, path: await buildProbe(wanted, architecture, report) });
  return {
    files,
    images: [...images, await makeProbe(probes, join(folder, 'probe'))],
  };
}

const partsVersions = ({ containerd, etcd, coredns, pause, calico }: Versions): Record<string, string> => ({
  containerd,
  etcd,
  coredns,
  pause,
  calico,
});

const describe = (
  kubernetes: string,
  architectures: readonly Architecture[],
  packages: PackageSources,
): Source['description'] => {
  return {
    kubernetes,
    ...(kubernetes === seedProfile
      ? { versions: versionsOfSeed, addOns: seedAddOns }
      : { versions: partsVersions(versionsOf(kubernetes)) }),
    systems: [...packages.keys()].flatMap((os) => architectures.map((arch) => ({ os, arch }))),
  };
};
