import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { findServer } from '../engine/connection.js';
import { fromJson, type JsonPayload } from '../engine/encryption.js';
import type { Engine } from '../engine/engine.js';
import { answered } from './engine-api.js';
import { printJson } from './output.js';
import { tell } from './tell.js';

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

/** A run as a server lists it, whichever of its APIs was asked. */
interface Listed {
  /** Search attributes; they are never encrypted. */
  readonly attributes: Readonly<Record<string, Payload>>;
  readonly status: string;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
}

/**
 * The newest run of every cluster, by the search attributes that the UI filters by too. Of the engine its own API is asked; of
 * other servers, and where that one does not answer as expected, Temporal's client, which says what is wrong.
 */
export async function listRuns(needsOperator: boolean): Promise<Run[]> {
  const query = `WorkflowType = 'installCluster' AND Operation != 'plan'${needsOperator ? " AND NeedsOperator = true AND ExecutionStatus = 'Running'" : ''}`;
  const server = await findServer(tell);
  const told = server.engine && (await newest(byApi(server.engine, query)).catch(() => undefined));
  if (told) return told;
  const { withClient } = await import('./connect.js');
  return withClient(({ client }) => newest(byClient(client, query)), server);
}

async function newest(runs: AsyncIterable<Listed>): Promise<Run[]> {
  const found = new Map<string, Run>();
  for await (const { attributes, status, startedAt, endedAt } of runs) {
    const of = <T>(name: string, otherwise: T): T => {
      const data = attributes[name]?.data;
      return data ? (JSON.parse(Buffer.from(data).toString('utf8')) as T) : otherwise;
    };
    const cluster = of('ClusterName', '');
    const run: Run = {
      cluster,
      kubernetes: of('KubernetesVersion', ''),
      operation: of('Operation', ''),
      phase: of('Phase', ''),
      needsOperator: of('NeedsOperator', false),
      status,
      startedAt: startedAt.toISOString(),
      endedAt: endedAt?.toISOString() ?? null,
    };
    if ((found.get(cluster)?.startedAt ?? '') < run.startedAt) found.set(cluster, run);
  }
  return [...found.values()].sort((a, b) => a.cluster.localeCompare(b.cluster));
}

async function* byClient(client: Client, query: string): AsyncGenerator<Listed> {
  for await (const { raw, status, startTime, closeTime } of client.workflow.list({ query }))
    yield {
      attributes: raw.searchAttributes?.indexedFields ?? {},
      status: status.name,
      startedAt: startTime,
      endedAt: closeTime,
    };
}

/** ListWorkflowExecutionsResponse, as JSON, which leaves out what is empty. */
interface Page {
  readonly executions?: readonly {
    readonly searchAttributes?: { readonly indexedFields?: Readonly<Record<string, JsonPayload>> };
    readonly status: string;
    readonly startTime: string;
    readonly closeTime?: string;
  }[];
  readonly nextPageToken?: string;
}

async function* byApi(engine: Engine, query: string): AsyncGenerator<Listed> {
  let nextPageToken: string | undefined = '';
  do {
    const which = new URLSearchParams({ query, nextPageToken }).toString();
    const page: Page = await answered(engine, `workflows?${which}`);
    for (const { searchAttributes, status, startTime, closeTime } of page.executions ?? [])
      yield {
        attributes: Object.fromEntries(
          Object.entries(searchAttributes?.indexedFields ?? {}).map(([name, payload]) => [name, fromJson(payload)]),
        ),
        status: status.replace(/^WORKFLOW_EXECUTION_STATUS_/, ''),
        startedAt: new Date(startTime),
        endedAt: closeTime === undefined ? undefined : new Date(closeTime),
      };
    ({ nextPageToken } = page);
  } while (nextPageToken);
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
