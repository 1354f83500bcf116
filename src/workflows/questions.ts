import { proxyActivities } from '@temporalio/workflow';
import type { RecordFound } from '../cluster/record-found.js';
import type { OperationInput } from './messages.js';

/** A question waits for no host longer than a few seconds; an attempt that is lost with its worker is made again. */
const { readRecord: ask } = proxyActivities<{ readRecord(): Promise<RecordFound> }>({
  startToCloseTimeout: '15s',
  retry: { maximumAttempts: 3 },
});

/**
 * What the masters keep of their cluster. It changes nothing and runs beside whatever is under way; the workflow id is
 * `record/<name>/…`. The activity reads the cluster from this run's input.
 */
export const readRecord = async (_input: OperationInput): Promise<RecordFound> => ask();
