import type { Client } from '@temporalio/client';

/** PendingActivityState of Temporal's API: a worker has taken the attempt and not given it back. */
const started = 2;

/**
 * Lets attempts of a worker that died go on at once. The embedded engine has one worker at a time, so an attempt that is
 * under way when a worker starts belongs to a dead one; the server would notice only when its heartbeat times out. The
 * attempt is failed in the dead worker's name; the reset takes the failure and the pause before the next one off the count.
 */
export async function takeOverActivities(client: Client): Promise<void> {
  const { namespace } = client.options;
  for await (const { workflowId, runId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    const execution = { workflowId, runId };
    const { pendingActivities } = await client.workflowService.describeWorkflowExecution({ namespace, execution });
    for (const { activityId, state } of pendingActivities ?? []) {
      if (!activityId || Number(state) !== started) continue;
      await client.workflowService.respondActivityTaskFailedById({
        namespace,
        workflowId,
        runId,
        activityId,
        failure: {
          message: 'the worker died in the middle of this attempt',
          source: 'kubernetes-ha',
          applicationFailureInfo: { type: 'WorkerLost' },
        },
      });
      await client.workflowService.resetActivity({ namespace, execution, id: activityId, keepPaused: true });
    }
  }
}
