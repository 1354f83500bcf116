import type { Cluster } from './cluster.js';
import { pathText } from './difference.js';
import { repeats } from './repeats.js';
import { error, type Rule } from './rule-problem.js';

/** A manifest by its URL, which is always the same: what comes from there must have the digest. */
export interface FetchedManifest {
  readonly name: string;
  readonly url: string;
  /** `sha256:…`, of the file’s bytes. */
  readonly digest: string;
}

/** A Helm chart, which is rendered to a manifest; the add-on’s name is its release’s. */
export interface ChartAddOn {
  readonly name: string;
  /** Folder or archive where it is rendered, or the archive’s address. */
  readonly chart: string;
  /** `sha256:…` of what an address gives. */
  readonly digest?: string | undefined;
  /** File of values where it is rendered. */
  readonly values?: string | undefined;
  /** `default` unless told. */
  readonly namespace?: string | undefined;
}

/** An image that a manifest’s pods run, as the manifest names it. */
export interface PodImage {
  readonly image: string;
  /** Its registry is asked for it whenever a container starts, whatever the node has. */
  readonly always: boolean;
}

/** What the worker makes a manifest of, beyond reading one. */
export type MadeManifest = FetchedManifest | ChartAddOn;

/**
 * What is applied once the network stands: one of `file`, `url` and `chart`, or none of them for `manifests/NAME.yaml` of the
 * bundle.
 */
export interface AddOn {
  readonly name: string;
  /** Manifest where the worker runs. */
  readonly file?: string | undefined;
  readonly url?: string | undefined;
  /** Of what `url`, or the address of a chart, gives. */
  readonly digest?: string | undefined;
  readonly chart?: string | undefined;
  readonly values?: string | undefined;
  readonly namespace?: string | undefined;
  /** What it runs besides, which its manifest does not name as the image of a container. */
  readonly images?: readonly string[] | undefined;
}

const named = (all: Cluster['addons']): AddOn[] => all.map((one) => (typeof one === 'string' ? { name: one } : one));

export const addOnsOf = ({ addons }: Pick<Cluster, 'addons'>): AddOn[] => named(addons);

/** What makes the network of pods, where the spec has its own, in its order; those without a name are counted. */
export function cniAddOnsOf({ networking: { cni } }: Pick<Cluster, 'networking'>): AddOn[] {
  if (typeof cni !== 'object') return [];
  const { manifests = [], addons = [] } = cni;
  return [...manifests.map((file, index) => ({ name: `${index + 1}`, file })), ...named(addons)];
}

/** Everything that is applied, with the place in the spec that says so. */
export const locatedAddOns = (
  cluster: Pick<Cluster, 'addons' | 'networking'>,
): { readonly one: AddOn; readonly at: readonly PropertyKey[] }[] => [
  ...cniAddOnsOf(cluster).map((one, index) => ({
    one,
    at: ['networking', 'cni', ...cniField(cluster.networking.cni), index],
  })),
  ...addOnsOf(cluster).map((one, index) => ({ one, at: ['addons', index] })),
];

const cniField = (cni: Cluster['networking']['cni']): string[] =>
  typeof cni === 'object' ? [cni.addons ? 'addons' : 'manifests'] : [];

/** Where a field of one stands: a manifest without a name is nothing but its file. */
export const fieldOf = (at: readonly PropertyKey[], field: string): readonly PropertyKey[] =>
  at.includes('manifests') ? at : [...at, field];

/** Whether the bundle, or the lock, has to hold it. */
export const isBundled = ({ file, url, chart }: AddOn): boolean =>
  file === undefined && url === undefined && chart === undefined;

/** The add-on as what is fetched; undefined where it comes from elsewhere. */
export const asFetched = ({ name, url, digest }: AddOn): FetchedManifest | undefined =>
  url === undefined || digest === undefined ? undefined : { name, url, digest };

/** The add-on as a chart; undefined where it is none. */
export const asChart = ({ name, chart, digest, values, namespace }: AddOn): ChartAddOn | undefined =>
  chart === undefined ? undefined : { name, chart, digest, values, namespace };

/** Each has a file of its own on hosts, by its name. */
export const addOnProblems: Rule = (cluster) => {
  const all = locatedAddOns(cluster).filter(({ at }) => !at.includes('manifests'));
  return repeats(all.map(({ one }) => one.name)).map(({ index, first, value }) =>
    error(all[index]!.at, `the same name as ${pathText(all[first]!.at)}`, value, 'a name of its own'),
  );
};
