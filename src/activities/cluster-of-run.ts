import { getClient } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ForeignInput, readInput, wholeOf, type OperationInput } from '../cluster/operation-input.js';
import { firstInput } from './input-of-run.js';

export interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

/** Runs whose clusters are remembered; the one that was asked for longest ago goes first. */
const remembered = 50;

/** The cluster of a run, and the hosts of it that the run is about where that is not all of it. */
export type RunsCluster = Pick<OperationInput, 'cluster' | 'subject'>;

/**
 * The cluster that a run was started with, read once a run through the activity's own client: activities are given a
 * host's name only, so that a cluster of 1,000 hosts stands in its history once and not with every step.
 */
export function clusterOfRun(client: () => Client = getClient): (execution: Execution) => Promise<RunsCluster> {
  const known = new Map<string, Promise<RunsCluster>>();
  return function clusterOf({ workflowId, runId }: Execution): Promise<RunsCluster> {
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
  of: (whole: Execution) => Promise<RunsCluster>,
): Promise<RunsCluster> {
  try {
    const found = await firstInput(client, workflowId, runId);
    const whole = wholeOf(found);
    if (whole) return await of(whole);
    const { cluster, subject } = readInput(found, workflowId);
    return { cluster, subject };
  } catch (error) {
    if (!(error instanceof ForeignInput)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, error.name);
  }
}
