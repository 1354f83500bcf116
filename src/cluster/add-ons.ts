import type { Cluster } from './cluster.js';
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

/** Whether a chart comes from an address, by its digest: an archive of the web, or an artifact of a registry. */
export const isAddress = (chart: string): boolean => /^(https|oci):\/\//.test(chart);

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

export const addOnsOf = ({ addons }: Pick<Cluster, 'addons'>): AddOn[] =>
  addons.map((one) => (typeof one === 'string' ? { name: one } : one));

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
export const addOnProblems: Rule = (cluster) =>
  repeats(addOnsOf(cluster).map(({ name }) => name)).map(({ index, first, value }) =>
    error(['addons', index], `the same name as addons[${first}]`, value, 'a name of its own'),
  );
