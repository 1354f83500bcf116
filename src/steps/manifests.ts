import { addOnsOf, cniAddOnsOf, isBundled, type AddOn, type FetchedManifest } from '../cluster/add-ons.js';
import type { Cluster } from '../cluster/cluster.js';
import { isSeed } from '../cluster/seed-profile.js';
import { existing, sha256 } from '../facts/files.js';
import { kubectl } from '../facts/kubectl.js';
import { kubectlDiff } from '../facts/kubectl-diff.js';
import { appliedFrom } from '../facts/workloads.js';
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

/** What is applied, and where it lies on control planes. */
export interface Placed extends Named, AddOn {}

export const calicoFolder = '/etc/kubernetes/kha/calico';
export const calicoManifest: Named = { name: 'calico', path: `${calicoFolder}/calico.yaml` };

const placed = (all: readonly AddOn[], folder: string): Placed[] =>
  all.map((one) => ({ ...one, path: `/etc/kubernetes/kha/${folder}/${one.name}.yaml` }));

export const addOns = (cluster: Pick<Cluster, 'addons'>): Placed[] => placed(addOnsOf(cluster), 'add-ons');

/** What makes a network of the site’s own, in its order. */
export const cniAddOns = (cluster: Pick<Cluster, 'networking'>): Placed[] => placed(cniAddOnsOf(cluster), 'cni');

/** Which of them lie on a control plane otherwise, or not at all; in words. What lies there right is fetched no more. */
export async function unfetched(host: Asked, wanted: readonly (Manifest & FetchedManifest)[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const found = await host.read(sha256(wanted.map(({ path }) => path)));
  return wanted.flatMap(({ path, digest }) => {
    const there = found.get(path);
    if (there === undefined) return [`${path} is not there`];
    return `sha256:${there}` === digest ? [] : [`${path} differs`];
  });
}

/** Manifests of the bundle, `manifests/NAME.yaml` in it, that the cluster is given. */
export const bundledManifests = (cluster: Cluster): Named[] => [
  // Of the seed's time no manifest is in any bundle: kha writes it (seed/calico-manifest.ts).
  ...(cluster.networking.cni === 'calico' && !isSeed(cluster) ? [calicoManifest] : []),
  ...[...cniAddOns(cluster), ...addOns(cluster)].filter(isBundled),
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
  if (wanted.length === 0) return [];
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

/** Applies manifests that lie on a control plane, in their order, each with the kinds that it defines before objects of these. */
export async function applyManifests(host: Host, manifests: readonly Manifest[]): Promise<void> {
  for (const { path } of manifests) {
    const apply = kubectl(['apply', '--server-side', '--force-conflicts', '-f', path]);
    try {
      await host.run(apply);
    } catch (error) {
      // Objects of kinds that the same file defines: kubectl applies all others, the definitions among them, and fails.
      const defined = (await host.read(appliedFrom(path))).filter(({ kind }) =>
        kind.startsWith('CustomResourceDefinition.'),
      );
      if (defined.length === 0) throw error;
      const names = defined.map(({ name }) => `customresourcedefinition/${name}`);
      await host.run(kubectl(['wait', '--for=condition=Established', '--timeout=10s', ...names]));
      await host.run(apply);
    }
  }
}
