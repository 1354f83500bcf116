import { dataConverter, fromJson, type JsonPayload } from '../engine/encryption.js';
import type { Engine } from '../engine/engine.js';
import type { Report } from '../workflows/messages.js';
import { answered } from './engine-api.js';
import { workflowId } from './workflow-id.js';

/** The last run of a cluster, which came to its own end, and what it reported. */
export interface CompletedRun {
  readonly runId: string;
  readonly endedAt: Date;
  readonly report: Report;
}

/**
 * The last run of a cluster where that was completed, by the engine's API. Undefined where the run goes on, ended otherwise,
 * or the API does not answer as expected: the client is to be asked then, and says what is wrong.
 */
export async function completedRun(engine: Pick<Engine, 'ui'>, cluster: string): Promise<CompletedRun | undefined> {
  const path = `workflows/${encodeURIComponent(workflowId(cluster))}`;
  try {
    const { workflowExecutionInfo: run } = await answered<Described>(engine, path);
    if (run.status !== 'WORKFLOW_EXECUTION_STATUS_COMPLETED') return undefined;
    const { runId } = run.execution;
    const { history } = await answered<Closed>(
      engine,
      `${path}/history?execution.runId=${runId}&historyEventFilterType=HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT`,
    );
    const { payloads } = history.events[0].workflowExecutionCompletedEventAttributes.result;
    return { runId, endedAt: new Date(run.closeTime), report: (await contentOf(payloads[0])) as Report };
  } catch {
    return undefined;
  }
}

/** DescribeWorkflowExecutionResponse, as JSON. */
interface Described {
  readonly workflowExecutionInfo: {
    readonly execution: { readonly runId: string };
    readonly status: string;
    readonly closeTime: string;
  };
}

/** GetWorkflowExecutionHistoryResponse of a completed run's last event, as JSON. */
interface Closed {
  readonly history: {
    readonly events: readonly [
      {
        readonly workflowExecutionCompletedEventAttributes: {
          readonly result: { readonly payloads: readonly [JsonPayload] };
        };
      },
    ];
  };
}

async function contentOf(payload: JsonPayload): Promise<unknown> {
  let payloads = [fromJson(payload)];
  for (const codec of dataConverter().payloadCodecs ?? []) payloads = await codec.decode(payloads);
  return JSON.parse(Buffer.from(payloads[0]?.data ?? []).toString('utf8'));
}
