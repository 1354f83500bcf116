import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { clusterOfRun } from '../../src/activities/cluster-of-run.js';
import { inputVersion } from '../../src/cluster/input-version.js';
import { cluster } from '../clusters.js';

/** A server that holds the same first event for every run but those of waves, and counts how often it is asked for it. */
function server(
  input: unknown,
  waves: Readonly<Record<string, unknown>> = {},
): { readonly client: () => Client; readonly asked: string[] } {
  const asked: string[] = [];
  const event = (runId: string) => ({
    workflowExecutionStartedEventAttributes: {
      input: { payloads: [defaultPayloadConverter.toPayload(waves[runId] ?? input)] },
    },
  });
  const client = {
    options: {
      namespace: 'default',
      loadedDataConverter: { payloadConverter: defaultPayloadConverter, payloadCodecs: [] },
    },
    workflowService: {
      getWorkflowExecutionHistory: async ({ execution }: { execution: { runId: string } }) => {
        asked.push(execution.runId);
        return Promise.resolve({ history: { events: [event(execution.runId)] } });
      },
    },
  };
  return { client: () => client as unknown as Client, asked };
}

const input = { schema: inputVersion, kha: '0.1.0', mode: 'apply', cluster: cluster() };

describe('the cluster of a run', () => {
  it('is read once a run, and forgotten after 50 others', async () => {
    const { client, asked } = server(input);
    const read = clusterOfRun(client);
    const of = (runId: string) => read({ workflowId: 'cluster/test', runId });
    expect(await of('r0')).toEqual({ cluster: cluster() });
    await of('r0');
    expect(asked).toEqual(['r0']);
    for (let run = 1; run <= 50; run += 1) await of(`r${run}`);
    await of('r50');
    expect(asked).toHaveLength(51);
    await of('r0');
    expect(asked).toHaveLength(52);
  });

  it('is, for a wave of it, the run’s own, in memory once', async () => {
    const of = { workflowId: 'cluster/test', runId: 'r0' };
    const { client, asked } = server(input, { w1: { schema: inputVersion, of }, w2: { schema: inputVersion, of } });
    const read = clusterOfRun(client);
    const [one, other] = [
      await read({ workflowId: 'cluster/test/claimHost/1', runId: 'w1' }),
      await read({ workflowId: 'cluster/test/claimHost/2', runId: 'w2' }),
    ];
    expect(one).toEqual({ cluster: cluster() });
    expect(other).toBe(one);
    expect(asked).toEqual(['w1', 'r0', 'w2']);
  });

  it('of a newer kha is refused once and for all, in words', async () => {
    const read = clusterOfRun(server({ ...input, schema: 2, kha: '9.0.0' }).client);
    await expect(read({ workflowId: 'cluster/test', runId: 'r1' })).rejects.toMatchObject({
      type: 'ForeignInput',
      nonRetryable: true,
      message: expect.stringContaining('kha 9.0.0') as string,
    });
  });
});
