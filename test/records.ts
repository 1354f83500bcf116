import type { Cluster } from '../src/cluster/cluster.js';
import { specDigest } from '../src/cluster/digest.js';
import { parseRecord, type ClusterRecord } from '../src/cluster/parse-record.js';
import { recordOf, type Author } from '../src/cluster/record.js';
import type { Records } from '../src/steps/step.js';

const author: Author = { kha: '0.1.0', operation: 'install', run: 'run-1', digest: '00' };

/** What an install of the cluster would have left. */
export const recordFor = (cluster: Cluster, more: Partial<ClusterRecord> = {}): ClusterRecord => ({
  ...recordOf(cluster, author),
  ...more,
});

/** What the worker lends a step for the record. */
export const records = (cluster: Cluster, run: Partial<Author> = {}): Records => ({
  parse: parseRecord,
  wanted: async (before) => recordOf(cluster, { ...author, digest: await specDigest(cluster), ...run }, before),
});
