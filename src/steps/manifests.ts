import { addOnsOf, type AddOn } from '../cluster/add-ons.js';
import type { Cluster } from '../cluster/cluster.js';
import { existing } from '../facts/files.js';
import { kubectl } from '../facts/kubectl.js';
import { kubectlDiff } from '../facts/kubectl-diff.js';
import type { Asked, Host } from './host.js';
import type { CheckContext } from './step.js';
import type { WantedFile } from './wanted-file.js';

interface Manifest {
  /** Where it lies on the host. */
  readonly path: string;
}

interface Named extends Manifest {
  readonly name: string;
}

export const calicoFolder = '/etc/kubernetes/kha/calico';
export const calicoManifest: Named = { name: 'calico', path: `${calicoFolder}/calico.yaml` };
export const addOns = (cluster: Pick<Cluster, 'addons'>): (Named & AddOn)[] =>
  addOnsOf(cluster).map((one) => ({ ...one, path: `/etc/kubernetes/kha/add-ons/${one.name}.yaml` }));

/** What of the add-ons comes with the bundle. */
export const bundledAddOns = (cluster: Pick<Cluster, 'addons'>): Named[] =>
  addOns(cluster).filter(({ file }) => file === undefined);

/** Manifests of the bundle, `manifests/NAME.yaml` in it, that the cluster is given. */
export const bundledManifests = (cluster: Cluster): Named[] => [
  ...(cluster.networking.cni === 'calico' ? [calicoManifest] : []),
  ...bundledAddOns(cluster),
];

/** A manifest of the site’s own, read where the worker runs; it may hold keys, so only root reads it on hosts. */
export const ownManifest = async (
  file: string,
  path: string,
  { secret }: Pick<CheckContext, 'secret'>,
): Promise<WantedFile> => ({
  path,
  content: `${await secret(`file:${file}`)}\n`,
  mode: '600',
  secret: true,
});

/** Which of the manifests do not lie on a control plane; in words. */
export async function notLaid(host: Asked, wanted: readonly Manifest[]): Promise<string[]> {
  const there = await host.read(existing(wanted.map(({ path }) => path)));
  return wanted.flatMap(({ path }) => (there.includes(path) ? [] : [`${path} is not there`]));
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
