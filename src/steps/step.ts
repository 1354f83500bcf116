import type { MadeManifest, PodImage } from '../cluster/add-ons.js';
import type { Description } from '../cluster/bundle-description.js';
import type { Cluster, Machine } from '../cluster/cluster.js';
import type { GivenAuthority } from '../cluster/given-authorities.js';
import type { ClusterRecord, ReadBack } from '../cluster/parse-record.js';
import type { Subject } from '../cluster/subject.js';
import type { Asked, Host } from './host.js';
import type { Requests, RequestsToWrite } from './requests.js';

/**
 * How a step may be tried again. `inspect`: looks only, a person decides. `edit`: small changes, tried a few times.
 * `download`: slow and flaky. `bootstrap`: once, then a person decides. `wait`: asked again until it comes true.
 * The numbers live in workflows/retry.ts.
 */
export type Retry = 'inspect' | 'edit' | 'download' | 'bootstrap' | 'wait';

/** What a step leaves behind for later ones. A test proves every operation's order by these. */
export type Outcome =
  | 'preflight'
  | 'prepared hosts'
  | 'packages'
  | 'container runtime'
  | 'kubelet unit'
  | 'images'
  | 'api endpoint'
  | 'first certificate authorities'
  | 'certificate authorities'
  | 'certificates'
  | 'signed certificates'
  | 'founding members'
  | 'etcd members'
  | 'healthy etcd'
  | 'control plane'
  | 'healthy control plane'
  | 'network'
  | 'workers'
  | 'ready nodes'
  | 'nodes on the endpoint';

/** Lent by the worker for the cluster's record: a step knows neither its run nor kha's version. */
export interface Records {
  /** The record as this run would write it, with what has to be remembered of the one before. */
  wanted(before?: ClusterRecord): Promise<ClusterRecord>;
  parse(text: string): ReadBack;
}

/** Lent by the worker, where the spec names a file: the bundle lies there. */
export interface BundleFile {
  /** What the bundle says of itself, once every part of it is proved. Throws BundleRefused. */
  description(): Promise<Description>;
  /** The port on the loopback of the step’s own host at which it is a registry while the step runs. */
  port(): Promise<number>;
}

/** An authority that the site made, read where the worker runs. */
export interface AuthorityFiles {
  /** PEM, each with a newline at its end; the key is redacted from then on, and undefined where it stays away. */
  readonly cert: string;
  readonly key?: string;
  /** What keeps it from being one, in words that name the file. */
  readonly flaws: readonly string[];
}

/** Why a host is not fit to act for the whole cluster, in words; nothing means that it is. */
export type Unfit = (host: Asked, cluster: Cluster) => Promise<string[]>;

export interface CheckContext {
  readonly cluster: Cluster;
  /** Hosts that the run is about, where that is not all of them: a step that looks at others looks at no other worker then. */
  readonly subject?: Subject | undefined;
  readonly host: Asked;
  /** Another machine of the same cluster, for what must be compared. */
  readonly peer: (name: string) => Promise<Asked>;
  /** The first of these machines that answers and is fit. Throws what each of them said when none is. */
  readonly firstFit: (machines: readonly Machine[], unfit: Unfit) => Promise<Asked>;
  /** Tells what is worth a person's eye but stops nothing. */
  readonly warn: (words: string) => void;
  /** The value behind `env:NAME` or `file:PATH`, read where the worker runs and redacted from then on. */
  readonly secret: (reference: string) => Promise<string>;
  /** Throws SecretMissing where one of its halves cannot be read. */
  readonly authority: (given: GivenAuthority) => Promise<AuthorityFiles>;
  /** A manifest by its URL, or out of a chart, made where the worker runs. Throws ManifestRefused. */
  readonly manifest: (wanted: MadeManifest) => Promise<string>;
  /** Images that pods of a manifest run. */
  readonly imagesIn: (manifest: string) => readonly PodImage[];
  readonly records: Records;
  readonly bundleFile: BundleFile;
  readonly requests: Requests;
}

export interface ApplyContext extends CheckContext {
  readonly host: Host;
  readonly requests: RequestsToWrite;
  readonly peer: (name: string) => Promise<Host>;
  readonly firstFit: (machines: readonly Machine[], unfit: Unfit) => Promise<Host>;
}

/** How many hosts a step may be under way on at once: a property of the step's safety. One after another is `{ atMost: 1 }`. */
export type HostPace = 'all at once' | { readonly atMost: number };

/**
 * A step goes from host to host, or acts `once` for the whole cluster: on the first of its hosts that answers and is
 * fit, whichever that is on the day, so that no host of the list is special. The activity chooses it.
 */
export type Pace = HostPace | { readonly once: Unfit };

/** One thing done to one host; safe to run again at any time, because every run begins with `check`. */
export interface Step {
  /** Also the export, the file and the Temporal activity type. */
  readonly name: string;
  /** One sentence for people. */
  readonly does: string;
  /** The hosts that it is for; with pace `once`, those that it may be for. */
  on(cluster: Cluster): readonly Machine[];
  /** It goes to its hosts for the cluster's sake, and so to all of them in a run that is about some hosts only. */
  readonly forCluster?: true;
  readonly pace: Pace;
  readonly retry: Retry;
  readonly needs?: readonly Outcome[];
  readonly gives?: Outcome;
  /** What is still missing, in words. Nothing missing means the step is done. */
  check(context: CheckContext): Promise<string[]>;
  /** Closes the gap. Without it the step is a health check. */
  apply?(context: ApplyContext): Promise<void>;
  /** For what takes time to come true after `apply`: asked again until nothing is missing; `check` otherwise. */
  verify?(context: CheckContext): Promise<string[]>;
  /** Why it does not come true, as far as the host itself can say; asked once, when the time for it is over. */
  explain?(context: CheckContext): Promise<string[]>;
  /**
   * Takes back what `apply` needs only while it runs, once a person has cancelled it and its unit is stopped; right whether
   * or not `apply` had come so far. After anything else that ends an attempt, another attempt follows and takes it back.
   */
  release?(context: ApplyContext): Promise<void>;
}

export type Mode = 'apply' | 'plan';

/** What each activity is told besides hosts of its own. */
interface Told {
  /** Hosts that a plan could not ask, and that nobody waits for again. */
  readonly silent?: readonly string[];
}

/** What an activity is given. The cluster itself is read from the run's first event, so that it stands in the history once. */
export interface StepInput extends Told {
  readonly host: string;
  readonly mode: Mode;
}

/** The same for a step that acts once for the cluster: the activity chooses the host. */
export interface OnceInput extends Told {
  readonly oneOf: readonly string[];
  readonly mode: Mode;
}

/** The same for many hosts in one activity: a history with every step of 500 hosts apart would be too long for Temporal. */
export interface BatchInput extends Told {
  readonly hosts: readonly string[];
  readonly mode: Mode;
}

/** Hosts and steps of which it is looked ahead how many have nothing to do. */
export interface AheadInput extends Told {
  readonly hosts: readonly string[];
  /** By name, in their order. */
  readonly steps: readonly string[];
}

/** Hosts that fare alike, and of the steps that are for them those from the first on of which nothing is missing. */
export type AheadResult = readonly {
  readonly hosts: readonly string[];
  readonly done: readonly { readonly step: string; readonly warnings: readonly string[] }[];
}[];

/**
 * A host of a batch on which the step failed does not fail the others; `type` is its kind of failure, and `silent` the
 * host that could not be asked. Where most of them failed the activity throws, with this as its failure's first detail.
 */
export type BatchResult = readonly (
  StepResult | { readonly failed: string; readonly type?: string; readonly silent?: string }
)[];

export interface StepResult {
  readonly outcome: 'done' | 'changed' | 'would change';
  /** What `check` found missing before anything was done. */
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
  /** Where it ran, of a step that acts once for the cluster. */
  readonly ranOn?: string;
}
