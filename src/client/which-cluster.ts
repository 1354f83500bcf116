import type { Client } from '@temporalio/client';
import { inputOfRun } from '../activities/input-of-run.js';
import type { Cluster } from '../cluster/cluster.js';
import { latestRun } from './runs.js';
import { readSpec } from './spec/read.js';

/** The cluster that a spec file describes, or that the latest run of that name began with. Throws UsageError, SpecProblems. */
export async function whichCluster(client: Client, which: string): Promise<Cluster> {
  // A cluster's name is a DNS label: whatever has a dot or a slash is a file.
  if (/[./]/.test(which)) return (await readSpec(which)).cluster;
  const { handle, description } = await latestRun(client, which);
  return (await inputOfRun(client, handle.workflowId, description.runId)).cluster;
}
