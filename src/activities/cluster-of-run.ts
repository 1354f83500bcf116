import { getClient } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Cluster } from '../cluster/cluster.js';
import { ForeignInput, readInput, wholeOf } from '../cluster/operation-input.js';
import type { Execution } from './dependencies.js';
import { firstInput } from './input-of-run.js';

/** Runs whose clusters are remembered; the one that was asked for longest ago goes first. */
const remembered = 50;

/**
 * The cluster that a run was started with, read once a run through the activity's own client: activities are given a
 * host's name only, so that a cluster of 1,000 hosts stands in its history once and not with every step.
 */
export function clusterOfRun(client: () => Client = getClient): (execution: Execution) => Promise<Cluster> {
  const known = new Map<string, Promise<Cluster>>();
  return function clusterOf({ workflowId, runId }: Execution): Promise<Cluster> {
    const cluster = known.get(runId) ?? read(client(), workflowId, runId, clusterOf);
    known.delete(runId);
    known.set(runId, cluster);
    cluster.catch(() => known.delete(runId));
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size > remembered) known.delete(oldest);
    return cluster;
  };
}

/** A wave's is its parent's, and is kept in memory once. */
async function read(
  client: Client,
  workflowId: string,
  runId: string,
  of: (whole: Execution) => Promise<Cluster>,
): Promise<Cluster> {
  try {
    const found = await firstInput(client, workflowId, runId);
    const whole = wholeOf(found);
    return whole ? await of(whole) : readInput(found, workflowId).cluster;
  } catch (error) {
    if (!(error instanceof ForeignInput)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, error.name);
  }
}
