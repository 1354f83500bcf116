import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { writeArchive, type Source } from '../write-archive.js';
import type { Lock } from '../../cluster/lock.js';
import { demandLocked, lockOf, LockRefused, lockText, parseLock } from './lock.js';

/** Undefined where none is there yet. A lock of another release could never be met: it is refused before anything is built. */
export async function readLock(file: string, kubernetes: string): Promise<Lock | undefined> {
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

/** Writes a bundle that is as the lock says, if there is one, and gives its lock. Throws LockRefused. */
export async function writeLocked(path: string, source: Source, { key, from, locked, lock }: Locking): Promise<Lock> {
  let built: Lock | undefined;
  await writeArchive(path, source, key, (description) => {
    built = lockOf(from, source, description);
    if (locked) demandLocked(locked, built, lock ?? '');
  });
  return built!;
}

export async function writeLock(file: string, lock: Lock): Promise<void> {
  const making = `${file}.${process.pid}.making`;
  await writeFile(making, lockText(lock));
  await rename(making, file);
}
