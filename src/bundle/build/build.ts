import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { writeArchive, type Source } from '../write-archive.js';
import { modulesDigest } from './build-modules.js';
import { packagesDigest } from './debian-packages.js';
import { sourceFromModules, toolsOfModules } from './from-modules.js';
import { demandLocked, lockOf, lockText, LockRefused, parseLock, type Lock } from './lock.js';
import { versions, versionsOf } from './versions.js';

/** Everything that shapes a bundle but is no module; count it up when images or files are made another way. */
const recipe = 4;

export interface Build {
  readonly kubernetes: string;
  readonly path: string;
  /** PEM file of the private key that signs it. */
  readonly key?: string | undefined;
  /** Lock file: what is there must be what the build resolves; where none is, one is written. */
  readonly lock?: string | undefined;
}

/** The bundle for this version of kha, made where it is not there yet: its path in the cache, where it stays. */
export async function cachedBundle(report: Report): Promise<string> {
  const name = createHash('sha256')
    .update([recipe, JSON.stringify(versions), packagesDigest, await modulesDigest(versions)].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const path = cacheFolder('bundles', `${name}.tar`);
  if (!existsSync(path)) await buildBundle({ kubernetes: versions.kubernetes, path }, report);
  return path;
}

/** Makes a bundle from Go modules and Debian’s packages. Throws LockRefused. */
export async function buildBundle({ kubernetes, path, key, lock }: Build, report: Report): Promise<void> {
  const wanted = versionsOf(kubernetes);
  const locked = lock === undefined ? undefined : await readLock(lock, kubernetes);
  const layers = cacheFolder('bundles', `${process.pid}.layers`);
  await mkdir(layers, { recursive: true });
  try {
    const source = await sourceFromModules(wanted, layers, report);
    const what = `Writing the bundle of ${source.images.length} images and ${source.files.length} files`;
    const from = `modules with ${await toolsOfModules()}`;
    const built = await reported(report, what, () => writeLocked(path, source, { key, from, locked, lock }));
    if (lock !== undefined && !locked) await writeLock(lock, built);
  } finally {
    await rm(layers, { recursive: true, force: true });
  }
}

/** Undefined where none is there yet. A lock of another release could never be met: it is refused before anything is built. */
async function readLock(file: string, kubernetes: string): Promise<Lock | undefined> {
  if (!existsSync(file)) return undefined;
  const lock = parseLock(await readFile(file, 'utf8'), file);
  if (lock.kubernetes === kubernetes) return lock;
  throw new LockRefused(`${file} is of Kubernetes ${lock.kubernetes}, and ${kubernetes} is to be built`);
}

interface Locking {
  readonly key: string | undefined;
  readonly from: string;
  readonly locked: Lock | undefined;
  readonly lock: string | undefined;
}

export async function writeLocked(path: string, source: Source, { key, from, locked, lock }: Locking): Promise<Lock> {
  let built: Lock | undefined;
  await writeArchive(path, source, key, (description) => {
    built = lockOf(from, source, description);
    if (locked) demandLocked(locked, built, lock ?? '');
  });
  return built!;
}

async function writeLock(file: string, lock: Lock): Promise<void> {
  const making = `${file}.${process.pid}.making`;
  await writeFile(making, lockText(lock));
  await rename(making, file);
}
