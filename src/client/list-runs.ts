import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { printJson } from './output.js';

export interface Run {
  readonly cluster: string;
  readonly kubernetes: string;
  readonly operation: string;
  readonly phase: string;
  readonly needsOperator: boolean;
  readonly status: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const needs = defineSearchAttributeKey('NeedsOperator', SearchAttributeType.BOOL);

/** The newest run of every cluster, by the search attributes that the UI filters by too. */
export async function listRuns(client: Client, needsOperator: boolean): Promise<Run[]> {
  const query = `WorkflowType = 'installCluster' AND Operation != 'plan'${needsOperator ? " AND NeedsOperator = true AND ExecutionStatus = 'Running'" : ''}`;
  const newest = new Map<string, Run>();
  for await (const { typedSearchAttributes: found, status, startTime, closeTime } of client.workflow.list({ query })) {
    const cluster = found.get(keyword('ClusterName')) ?? '';
    const run: Run = {
      cluster,
      kubernetes: found.get(keyword('KubernetesVersion')) ?? '',
      operation: found.get(keyword('Operation')) ?? '',
      phase: found.get(keyword('Phase')) ?? '',
      needsOperator: found.get(needs) ?? false,
      status: status.name,
      startedAt: startTime.toISOString(),
      endedAt: closeTime?.toISOString() ?? null,
    };
    if ((newest.get(cluster)?.startedAt ?? '') < run.startedAt) newest.set(cluster, run);
  }
  return [...newest.values()].sort((a, b) => a.cluster.localeCompare(b.cluster));
}

export function printRuns(runs: readonly Run[], output: string): void {
  if (output === 'json') return printJson(runs);
  if (runs.length === 0) return console.log('no clusters yet; begin with: kha init cluster.yaml');
  for (const { cluster, kubernetes, operation, phase, status, startedAt, needsOperator } of runs) {
    console.log(
      `${cluster.padEnd(20)} ${kubernetes.padEnd(10)} ${operation.padEnd(10)} ${(status === 'RUNNING' ? phase : status.toLowerCase()).padEnd(12)} ${startedAt}${needsOperator ? '  waits for a person' : ''}`,
    );
  }
}
