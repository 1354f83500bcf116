import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { completedRun } from '../../src/client/completed-run.js';
import { EncryptionCodec, keysVariable, readKeys, toJson } from '../../src/engine/encryption.js';

const payload = {
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify({ cluster: 'prod' })),
};
const run = {
  workflowExecutionInfo: {
    execution: { runId: 'one' },
    status: 'WORKFLOW_EXECUTION_STATUS_COMPLETED',
    closeTime: '2026-11-25T12:53:39.507172434Z',
  },
};
const goesOn = {
  workflowExecutionInfo: { ...run.workflowExecutionInfo, status: 'WORKFLOW_EXECUTION_STATUS_RUNNING' },
};
const closed = (one: unknown) => ({
  history: { events: [{ workflowExecutionCompletedEventAttributes: { result: { payloads: [one] } } }] },
});
const completed = { runId: 'one', endedAt: new Date('2026-11-25T12:53:39.507Z'), report: { cluster: 'prod' } };

/** An answer that never comes to its end. */
const endless = '{';

/** What is made of a UI that describes the run by the first answer and gives its last event by the second. */
async function made(described: unknown, event: unknown = {}, status = 200): Promise<unknown> {
  const server = createServer(({ url = '' }, response) => {
    const answer = url.includes('/history?execution.runId=one&') ? event : described;
    response.writeHead(status).write(typeof answer === 'string' ? answer : JSON.stringify(answer));
    if (answer !== endless) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await completedRun({ ui: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, 'prod');
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('completedRun', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('gives the report', async () => expect(await made(run, closed(toJson(payload)))).toEqual(completed));

  it('decrypts it, and leaves a key that is missing to the client to tell of', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kha-keys-'));
    const keys = (name: string): string => {
      writeFileSync(join(folder, name), `${name} ${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
      return join(folder, name);
    };
    try {
      const [mine, other] = [keys('mine'), keys('other')];
      const [encrypted] = await new EncryptionCodec(readKeys(mine)).encode([payload]);
      for (const [file, expected] of [
        [mine, completed],
        [other, undefined],
        ['', undefined],
      ] as const) {
        vi.stubEnv(keysVariable, file);
        expect(await made(run, closed(toJson(encrypted!)))).toEqual(expected);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['a run that goes on', goesOn, closed(toJson(payload)), 200],
    ['an error', run, closed(toJson(payload)), 500],
    ['a page', '<html>', {}, 200],
    ['an answer that never ends', endless, {}, 200],
    ['an event that never ends', run, endless, 200],
    ['another API', {}, {}, 200],
    ['a run without its end', run, { history: { events: [] } }, 200],
  ])('makes nothing of %s', async (_, described, event, status) =>
    expect(await made(described, event, status)).toBeUndefined(),
  );
});
