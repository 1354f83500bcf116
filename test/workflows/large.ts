import proto from '@temporalio/proto';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { Cluster, Machine } from '../../src/cluster/cluster.js';
import { cluster } from '../clusters.js';
import type { Behaviour } from './bench.js';

const { Payload } = proto.temporal.api.common.v1;
type History = proto.temporal.api.history.v1.IHistory;

const worker = (index: number): Machine => ({
  name: `worker-${index}`,
  address: `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
  roles: ['worker'],
});

/** Three control planes, and workers for the rest. */
export function largeCluster(hosts: number, gates: string[] = []): Cluster {
  const small = cluster({ gates });
  const masters = small.hosts.filter(({ roles }) => roles.includes('control-plane'));
  return { ...small, hosts: [...masters, ...Array.from({ length: hosts - masters.length }, (_, n) => worker(n))] };
}

/** Every step changes something and says what; every host has a warning of its own in preflight. */
export const telling: Behaviour = (step, { host, mode }) => ({
  outcome: mode === 'plan' ? 'would change' : 'changed',
  // The test server gives a history in one answer, of 4 MB at most.
  missing: ['/etc/some/file.conf is not there'],
  warnings: step === 'checkHost' ? [`${host} is fuller than it should be`] : [],
});

/** Number of events, and the largest payload in any of them in bytes. */
export function sizes({ events }: History): { readonly events: number; readonly largestPayload: number } {
  return { events: events?.length ?? 0, largestPayload: Math.max(...payloadSizes(events)) };
}

function payloadSizes(value: unknown): number[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if ('metadata' in value && 'data' in value)
    return [Payload.encode(value as proto.temporal.api.common.v1.IPayload).finish().length];
  return Object.values(value).flatMap(payloadSizes);
}

/**
 * Seconds of processor time that today's code takes to replay a history: a busy machine makes no difference. The ids of a
 * run's waves begin with its own. Throws what replay says against it.
 */
export async function replaySeconds(
  workflowBundle: WorkflowBundleOption,
  history: History,
  workflowId: string,
): Promise<number> {
  const before = process.cpuUsage();
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, [{ workflowId, history }]))
    if (error) throw error;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
