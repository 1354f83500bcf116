import { proxyActivities } from '@temporalio/workflow';
import type { RecordFound } from '../cluster/record-found.js';
import type { OperationInput } from './messages.js';

/** A question waits for no host longer than a few seconds; an attempt that is lost with its worker is made again. */
const ask = proxyActivities<{ readRecord(): Promise<RecordFound>; fetchKubeconfig(key: string): Promise<object> }>({
  startToCloseTimeout: '15s',
  retry: { maximumAttempts: 3 },
});

/**
 * What the control planes keep of their cluster. It changes nothing and runs beside whatever is under way; the workflow id is
 * `record/<name>/…`. The activity reads the cluster from this run's input.
 */
export const readRecord = async (_input: OperationInput): Promise<RecordFound> => ask.readRecord();

/** The administrator's kubeconfig, sealed for the key that the client made for this question; the workflow id is `kubeconfig/<name>/…`. */
export const fetchKubeconfig = async (_input: OperationInput, publicKey: string): Promise<object> =>
  ask.fetchKubeconfig(publicKey);
