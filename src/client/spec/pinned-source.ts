import type { ReadSpec } from './read.js';

/**
 * Pins what a spec names as its source by digest, so that a run and whoever resumes it use the same: proves a bundle’s
 * file, reads the lock of the internet or, unless `resolve` is false, resolves one. Throws SpecProblems, and DownloadFailed.
 */
export async function withPinnedSource(spec: ReadSpec, { resolve = true } = {}): Promise<ReadSpec> {
  const { file, internet } = spec.cluster.source;
  if (file) return (await import('./bundle-file.js')).withProvedBundle(spec);
  if (internet) return (await import('./internet-lock.js')).withLock(spec, resolve);
  return spec;
}
