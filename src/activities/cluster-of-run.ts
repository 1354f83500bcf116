import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { Cluster } from '../cluster/cluster.js';
import type { Execution } from './index.js';

/**
 * Reads the cluster out of the run's first event, once a run: activities are given a host's name only, so that a cluster
 * of 500 hosts stands in its history once and not with every step.
 */
export function clusterOfRun(client: Client): (execution: Execution) => Promise<Cluster> {
  const known = new Map<string, Promise<Cluster>>();
  return ({ workflowId, runId }) => {
    const cluster = known.get(runId) ?? read(client, workflowId, runId);
    known.set(runId, cluster);
    cluster.catch(() => known.delete(runId));
    return cluster;
  };
}

async function read(client: Client, workflowId: string, runId: string): Promise<Cluster> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  if (!payloads?.[0]) throw new Error(`run ${runId} of ${workflowId} began without a cluster`);
  const { payloadCodecs } = client.options.loadedDataConverter;
  let plain: Payload[] = [payloads[0]];
  for (const codec of payloadCodecs) plain = await codec.decode(plain);
  return defaultPayloadConverter.fromPayload<{ cluster: Cluster }>(plain[0]!).cluster;
}
