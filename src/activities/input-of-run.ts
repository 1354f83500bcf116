import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { readInput, type OperationInput } from '../cluster/operation-input.js';

/** Reads what a run was started with out of its first event. Throws ForeignInput when this kha cannot read it. */
export const inputOfRun = async (client: Client, workflowId: string, runId: string): Promise<OperationInput> =>
  readInput(await firstInput(client, workflowId, runId), workflowId);

/** The same as it stands there, whoever wrote it. */
export async function firstInput(client: Client, workflowId: string, runId: string): Promise<unknown> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
  let plain: Payload[] = payload ? [payload] : [];
  for (const codec of payloadCodecs) plain = await codec.decode(plain);
  return plain[0] && payloadConverter.fromPayload(plain[0]);
}
