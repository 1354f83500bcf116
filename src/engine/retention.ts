import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';

/** How long the engine keeps a run after its end: Temporal's dev server would forget it after a day. Milliseconds. */
const retention = 90 * 24 * 60 * 60 * 1000;
/** How often the engine's server reads a namespace's settings again; milliseconds. */
export const namespaceRefresh = 1_000;

/**
 * Makes the server keep ended runs. It works out when to forget a run at the moment the run ends, from settings that it read
 * up to a second ago: so this returns only once they hold, and is to be called before runs can end. Runs that had ended
 * before are forgotten when they would have been.
 */
export async function keepEndedRuns(client: Client): Promise<void> {
  const { namespace } = client.options;
  const { config } = await client.workflowService.describeNamespace({ namespace });
  if ((optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? 0) >= retention) return;
  await client.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(retention) },
  });
  await sleep(2 * namespaceRefresh);
}
