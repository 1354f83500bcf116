import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { EngineStatus } from '../../../src/engine/engine.js';
import { workflowId } from '../../../src/client/workflow-id.js';
import type { Report } from '../../../src/workflows/messages.js';
import type { Ground } from '../../lab/ground.js';

export const report: Report = {
  cluster: 'e2e',
  kubernetes: 'v1.37.2',
  mode: 'apply',
  seconds: 83,
  done: 40,
  changed: 2,
  wouldChange: 0,
  skipped: 0,
  warnings: ['m1: its disk is fuller than it should be'],
  problems: [],
  stages: [{ stage: 'Prepare hosts', seconds: 12.5, steps: { done: 40, changed: 2 } }],
};

export const addresses = async ({ done }: Pick<Ground, 'done'>): Promise<{ address: string; ui: string }> =>
  JSON.parse(await done('engine', 'status', '--output', 'json')) as Required<EngineStatus>;

export async function connectedTo(address: string): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address }) });
}

const attributes = ({ cluster, kubernetes }: Report): TypedSearchAttributes =>
  new TypedSearchAttributes(
    Object.entries({ ClusterName: cluster, Operation: 'install', KubernetesVersion: kubernetes }).map(
      ([name, value]) => ({ key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value }),
    ),
  );

/** A run of a cluster as its worker ends it, without one; gives its id. */
export async function complete(client: Client, result = report): Promise<string> {
  const { workflowService: service } = client;
  const [namespace, taskQueue] = ['default', 'nobody'];
  const { firstExecutionRunId } = await client.workflow.start('installCluster', {
    workflowId: workflowId(result.cluster),
    taskQueue,
    typedSearchAttributes: attributes(result),
  });
  // Long polls want a deadline.
  const { taskToken } = await client.withDeadline(Date.now() + 20_000, () =>
    service.pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
  );
  const payload = {
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(JSON.stringify(result)),
  };
  await service.respondWorkflowTaskCompleted({
    namespace,
    taskToken,
    // CommandType of Temporal's API: COMPLETE_WORKFLOW_EXECUTION.
    commands: [{ commandType: 4, completeWorkflowExecutionCommandAttributes: { result: { payloads: [payload] } } }],
  });
  return firstExecutionRunId;
}
