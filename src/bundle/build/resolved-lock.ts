import { mkdir, rm } from 'node:fs/promises';
import type { Lock } from '../../cluster/lock.js';
import { cacheFolder } from '../../engine/folders.js';
import type { Report } from '../../engine/report.js';
import { Downloads } from '../downloads.js';
import { Https, type Reach } from '../../engine/https.js';
import { resolveLock } from './official/resolve.js';
import { versionsOf, type Architecture } from './versions.js';

/** The lock of what hosts fetch from the internet, resolved now; archives stay in the cache. Throws DownloadFailed. */
export async function resolvedLock(
  wanted: {
    readonly kubernetes: string;
    readonly architectures: readonly Architecture[];
    readonly mirrors?: Readonly<Record<string, string>>;
    readonly reach: Reach;
  },
  report: Report,
): Promise<Lock> {
  const { kubernetes, architectures, mirrors = {}, reach } = wanted;
  const folder = cacheFolder('bundles', `${process.pid}.resolving`);
  await mkdir(folder, { recursive: true });
  try {
    using https = new Https(reach);
    const downloads = new Downloads(https, cacheFolder('downloads'));
    return await resolveLock({ versions: versionsOf(kubernetes), architectures, mirrors, downloads, folder }, report);
  } finally {
    // What failed did not wait for its neighbours, which may still be writing there.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
