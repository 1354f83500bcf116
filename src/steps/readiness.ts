import { conditionMet, isConditional } from '../facts/condition.js';
import { rolledOut } from '../facts/rollout.js';
import { appliedFrom, type Applied } from '../facts/workloads.js';
import type { Asked } from './host.js';

const rollouts = ['Deployment.apps', 'DaemonSet.apps', 'StatefulSet.apps'];

/**
 * What of manifests that were applied is not ready, in words. A PersistentVolumeClaim is not waited for: one that is bound
 * at its first use (volumeBindingMode WaitForFirstConsumer) stays Pending by right, and where a pod uses it the pod’s own
 * rollout waits for it. Nor is what starts later or never by itself: CronJobs, suspended Jobs, bare Pods.
 */
export async function notReady(host: Asked, manifests: readonly { readonly path: string }[]): Promise<string[]> {
  const words: string[] = [];
  for (const { path } of manifests)
    for (const one of await host.read(appliedFrom(path))) words.push(...(await waitsFor(host, one)));
  return words;
}

async function waitsFor(host: Asked, { kind, namespace, name }: Applied): Promise<string[]> {
  if (isConditional(kind)) return host.read(conditionMet(kind, name, namespace));
  if (!rollouts.includes(kind)) return [];
  return host.read(rolledOut(namespace ?? 'default', `${kind.split('.')[0]!.toLowerCase()}/${name}`));
}
