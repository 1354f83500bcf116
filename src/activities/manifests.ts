import { hostname } from 'node:os';
import type { MadeManifest } from '../cluster/add-ons.js';
import type { Cluster } from '../cluster/cluster.js';
import { HostFailure } from './failure.js';
import { keepSecret } from './redaction.js';
import { readSecret } from './secrets.js';

/** Fetches or renders a manifest for a version of Kubernetes; throws what is wrong with it. `ca`: PEM of an authority to believe besides the known ones. */
export type MakeManifest = (
  wanted: MadeManifest,
  around: { readonly kubernetesVersion: string; readonly ca: string | undefined },
) => Promise<string>;

/**
 * Manifests of a cluster that are made where the worker runs, each once for as long as this is kept. Throws ManifestRefused,
 * and SecretMissing.
 */
export function manifestsOf(
  make: MakeManifest,
  { kubernetesVersion, source: { internet } }: Cluster,
): (wanted: MadeManifest) => Promise<string> {
  const made = new Map<string, Promise<string>>();
  const one = async (wanted: MadeManifest): Promise<string> => {
    const ca = internet?.ca === undefined ? undefined : await readSecret(`file:${internet.ca}`);
    // They may hold keys, and so may what they are rendered into.
    if ('chart' in wanted && wanted.values !== undefined) await readSecret(`file:${wanted.values}`);
    try {
      const manifest = await make(wanted, { kubernetesVersion, ca });
      if ('chart' in wanted) keepSecret(manifest);
      return manifest;
    } catch (error) {
      throw new HostFailure('ManifestRefused', {
        host: 'worker',
        reason: `an add-on cannot be had on ${hostname()}, where the worker runs: ${error instanceof Error ? error.message : String(error)}`,
        next: 'make its file or address answer for the worker (HTTPS_PROXY names its proxy), then answer retry; for other values, another address or digest abort, and install again',
      });
    }
  };
  return (wanted) => {
    const making = made.get(wanted.name) ?? one(wanted);
    made.set(wanted.name, making);
    return making;
  };
}
