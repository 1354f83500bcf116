import type { Client } from '@temporalio/client';

/**
 * Lets attempts of a worker that died go on at once. The embedded engine has one worker at a time, so an attempt that is
 * under way when a worker starts belongs to a dead one; the server would notice only when its heartbeat times out.
 */
export async function takeOverActivities(client: Client): Promise<void> {
  const { namespace } = client.options;
  for await (const { workflowId, runId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    const execution = { workflowId, runId };
    const { pendingActivities } = await client.workflowService.describeWorkflowExecution({ namespace, execution });
    for (const { activityId } of pendingActivities ?? []) {
      await client.workflowService.resetActivity({ namespace, execution, id: activityId ?? '', keepPaused: true });
    }
  }
}
