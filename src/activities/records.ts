import { activityInfo } from '@temporalio/activity';
import type { Cluster } from '../cluster/cluster.js';
import { specDigest } from '../cluster/digest.js';
import { parseRecord } from '../cluster/parse-record.js';
import { recordOf } from '../cluster/record.js';
import type { Records } from '../steps/step.js';

/** What a run of this kha keeps of its cluster. */
export function recordsOf(cluster: Cluster, kha: string): Records {
  const { workflowType = '', workflowExecution } = activityInfo();
  return {
    parse: parseRecord,
    wanted: async (before) =>
      recordOf(
        cluster,
        {
          kha,
          // Workflow types are named after their operation: installCluster.
          operation: workflowType.replace(/Cluster$/, ''),
          run: workflowExecution?.runId ?? '',
          digest: await specDigest(cluster),
        },
        before,
      ),
  };
}
