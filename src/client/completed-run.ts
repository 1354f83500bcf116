import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import { dataConverter, fromJson, type JsonPayload } from '../engine/encryption.js';
import type { Engine } from '../engine/engine.js';
import type { Report } from '../workflows/messages.js';
import { workflowId } from './workflow-id.js';

/** The last run of a cluster, which came to its own end, and what it reported. */
export interface CompletedRun {
  readonly runId: string;
  readonly endedAt: Date;
  readonly report: Report;
}

/** How long the engine's UI may take to answer; milliseconds. */
const patience = 1_000;

/**
 * The last run of a cluster where that was completed, by Temporal's HTTP API, which the engine's UI passes on: to load
 * Temporal's client takes longer than all the rest of `kha status`. Undefined where the run goes on, ended otherwise, or
 * the API does not answer as expected: the client is to be asked then, and says what is wrong.
 */
export async function completedRun({ ui }: Pick<Engine, 'ui'>, cluster: string): Promise<CompletedRun | undefined> {
  const url = `${ui}/api/v1/namespaces/default/workflows/${encodeURIComponent(workflowId(cluster))}`;
  try {
    const { workflowExecutionInfo: run } = await answered<Described>(url);
    if (run.status !== 'WORKFLOW_EXECUTION_STATUS_COMPLETED') return undefined;
    const { runId } = run.execution;
    const { history } = await answered<Closed>(
      `${url}/history?execution.runId=${runId}&historyEventFilterType=HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT`,
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

/** The JSON at an address. Throws on any status but 200. Without `fetch`, which takes longer to load than the rest of this. */
const answered = <T>(url: string): Promise<T> =>
  new Promise((resolve, reject) => {
    get(url, { signal: AbortSignal.timeout(patience) }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        return reject(new Error(`${url} answered with ${response.statusCode}`));
      }
      json(response).then((answer) => resolve(answer as T), reject);
    }).on('error', reject);
  });

async function contentOf(payload: JsonPayload): Promise<unknown> {
  let payloads = [fromJson(payload)];
  for (const codec of dataConverter().payloadCodecs ?? []) payloads = await codec.decode(payloads);
  return JSON.parse(Buffer.from(payloads[0]?.data ?? []).toString('utf8'));
}
