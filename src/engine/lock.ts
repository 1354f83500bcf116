import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { alive, remember } from './process.js';

/**
 * One client does the work while the others wait for it; the lock of a client that died counts for nothing. Two that find the
 * same dead one's lock at the same moment may both get in: of two watchers, the younger ends by itself.
 */
export async function locked<T>(lock: string, work: () => Promise<T>): Promise<T> {
  while (!(await taken(lock))) await sleep(100);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    // Younger than a second it may not be written yet.
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > 1_000 && (await alive(lock)) === undefined) await rm(lock, { force: true });
    return false;
  }
  await remember(lock, process.pid);
  return true;
}
