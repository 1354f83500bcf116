import { requestsOf } from '../cluster/given-authorities.js';
import type { BundleFile, CheckContext, Step } from '../steps/step.js';
import type { Bundles } from './bundles.js';
import type { Execution, RunsCluster } from './cluster-of-run.js';
import { readAuthority } from './given-authority.js';
import type { Liveness } from './liveness.js';
import { manifestsOf, type MakeManifest } from './manifests.js';
import { recordsOf } from './records.js';
import { requestFolder } from './request-folder.js';
import type { Relay } from './relay.js';
import type { Surroundings } from './run-step.js';
import { readSecret } from './secrets.js';
import type { Pool } from './ssh/pool.js';

export interface Dependencies {
  readonly pool: Pool;
  readonly bundles: Bundles;
  readonly relay: Relay;
  readonly makeManifest: MakeManifest;
  readonly imagesIn: CheckContext['imagesIn'];
  readonly steps: readonly Step[];
  /** What a run was started with. */
  readonly cluster: (execution: Execution) => Promise<RunsCluster>;
  /** The version of kha that runs here. */
  readonly kha: string;
}

/** A plan, and whoever only looks ahead, does not wait for a host that does not answer; milliseconds. */
export const glance = 3_000;

/** What an attempt is lent besides hosts. */
export const lentTo = (
  { cluster, subject }: RunsCluster,
  life: Liveness,
  bundleFile: BundleFile,
  { makeManifest, imagesIn, kha }: Pick<Dependencies, 'makeManifest' | 'imagesIn' | 'kha'>,
): Omit<Surroundings, 'host'> => ({
  ...life,
  cluster,
  subject,
  secret: life.reading.of(readSecret),
  authority: life.reading.of(readAuthority),
  manifest: manifestsOf(makeManifest, cluster),
  imagesIn,
  records: recordsOf(cluster, kha),
  bundleFile,
  requests: requestFolder(requestsOf(cluster)),
});
