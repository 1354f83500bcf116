import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Connected } from '../../src/client/connect.js';
import { exitCodes, follow } from '../../src/client/follow.js';
import { inputVersion } from '../../src/cluster/input-version.js';
import { atBerlin } from '../clusters.js';

let state: string;
let said: string;
let begun: number;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'kha-follow-'));
  mkdirSync(join(state, 'kha/engine'), { recursive: true });
  vi.stubEnv('XDG_STATE_HOME', state);
  said = '';
  begun = 0;
  vi.spyOn(console, 'log').mockImplementation((text) => void (said += String(text)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true });
});

/** A client whose server went away; when it comes again there is one that has no such run. */
function away(engine: boolean): { connected: Connected; handle: WorkflowHandle } {
  const gone = (): Promise<never> =>
    Promise.reject(new Error(begun === 0 ? 'Channel has been shut down' : 'another server'));
  const handle = { workflowId: 'cluster/c', query: gone, describe: gone, result: gone } as unknown as WorkflowHandle;
  const client = {
    workflow: { getHandle: () => handle },
    withDeadline: (_: number, asked: () => Promise<unknown>) => asked(),
    withAbortSignal: (_: AbortSignal, asked: () => Promise<unknown>) => asked(),
  } as unknown as Client;
  const server = { options: {}, namespace: 'default', ...(engine ? { engine: { id: '', address: '', ui: '' } } : {}) };
  const again = (): Promise<void> => Promise.resolve(void (begun += 1));
  return { connected: { client, server, again, close: () => Promise.resolve() }, handle };
}

it('does not start an engine again that a person stopped', async () => {
  writeFileSync(join(state, 'kha/engine/stopped'), '');
  const { connected, handle } = away(true);
  expect(await follow(connected, handle)).toBe(exitCodes.waiting);
  expect(begun).toBe(0);
  expect(said).toContain('the engine was stopped, so the run of c stands still; let it go on with: kha watch c');
});

it('starts one that died, and comes back to a server of the site’s own', async () => {
  const died = away(true);
  await expect(follow(died.connected, died.handle)).rejects.toThrow('another server');
  expect(begun).toBe(1);
  begun = 0;
  writeFileSync(join(state, 'kha/engine/stopped'), '');
  const own = away(false);
  await expect(follow(own.connected, own.handle)).rejects.toThrow('another server');
  expect(begun).toBe(1);
});

it('says of a site that has no worker, once, when nothing has moved for half a minute', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    let looks = 0;
    const query = () => {
      looks += 1;
      vi.setSystemTime(Date.now() + 5_000);
      const over =
        looks > 12 ? { endedAt: 1, phase: 'done' as const, revision: 2 } : { phase: 'running' as const, revision: 1 };
      const head = { cluster: 'test', kubernetes: 'v1.37.2', operation: 'install', mode: 'apply', stage: 'Preflight' };
      return Promise.resolve({ ...head, startedAt: 0, lines: [], gates: [], ...over });
    };
    const input = { schema: inputVersion, kha: 'test', mode: 'apply', cluster: atBerlin() };
    const event = { workflowExecutionStartedEventAttributes: { input: { payloads: [{}] } } };
    const describe = () => Promise.resolve({ workflowId: 'cluster/test', runId: 'r', status: { name: 'RUNNING' } });
    const result = () => new Promise(() => undefined);
    const handle = { workflowId: 'cluster/test', query, describe, result } as unknown as WorkflowHandle;
    const client = {
      workflow: { getHandle: () => handle },
      withDeadline: (_: number, asked: () => Promise<unknown>) => asked(),
      withAbortSignal: (_: AbortSignal, asked: () => Promise<unknown>) => asked(),
      options: { loadedDataConverter: { payloadCodecs: [], payloadConverter: { fromPayload: () => input } } },
      workflowService: {
        getWorkflowExecutionHistory: () => Promise.resolve({ history: { events: [event] } }),
        describeTaskQueue: () => Promise.resolve({ pollers: [] }),
      },
    } as unknown as Client;
    const connected = { client, server: { options: {}, namespace: 'default' } } as unknown as Connected;
    expect(await follow(connected, handle)).toBe(exitCodes.done);
    expect(said.match(/no worker serves the site berlin/g)).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
}, 30_000);
