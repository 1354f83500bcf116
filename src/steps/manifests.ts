import { kubectl } from '../facts/kubectl.js';
import { kubectlDiff } from '../facts/kubectl-diff.js';
import type { Asked, Host } from './host.js';

interface Manifest {
  /** Where it lies on the host. */
  readonly path: string;
}

/** Which of the manifests on a control plane the cluster has otherwise, or not at all; in words. */
export async function unapplied(host: Asked, manifests: readonly Manifest[]): Promise<string[]> {
  const words: string[] = [];
  for (const { path } of manifests) {
    const difference = await host.read(kubectlDiff('-f', path));
    if (difference !== undefined) words.push(`${path} is not applied: ${difference}`);
  }
  return words;
}

/** Applies manifests that lie on a control plane, in their order. */
export async function applyManifests(host: Host, manifests: readonly Manifest[]): Promise<void> {
  for (const { path } of manifests)
    await host.run(kubectl(['apply', '--server-side', '--force-conflicts', '-f', path]));
}
