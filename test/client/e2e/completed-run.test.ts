import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { completedRun } from '../../../src/client/completed-run.js';
import { workflowId } from '../../../src/client/workflow-id.js';
import { ground } from '../../lab/ground.js';
import { addresses, complete, connectedTo, report } from './complete.js';

describe('a completed run', () => {
  const embedded = ground('none');
  const configuration = join(embedded.folder, 'temporal.toml');
  /** To this one the engine is a server of somebody's own, which only Temporal's client asks. */
  const asClient = ground('none', { TEMPORAL_CONFIG_FILE: configuration });
  let client: Client;
  let ui: string;
  let runId: string;

  beforeAll(async () => {
    await embedded.done('engine', 'start');
    const found = await addresses(embedded);
    ui = found.ui;
    writeFileSync(configuration, `[profile.default]\naddress = "${found.address}"\n`);
    client = await connectedTo(found.address);
    runId = await complete(client);
  });
  afterAll(async () => {
    await client.connection.close();
    await embedded.done('engine', 'stop');
    for (const { remove } of [embedded, asClient]) remove();
  });

  it('is told by the engine’s UI as Temporal’s client tells it', async () => {
    const handle = client.workflow.getHandle(workflowId('e2e'));
    const { closeTime } = await handle.describe();
    // The UI may still be connecting to the server, or be slow on a busy machine: `kha status` asks the client then.
    const told = await vi.waitUntil(() => completedRun({ ui }, 'e2e'), { timeout: 20_000, interval: 200 });
    expect(told).toEqual({ runId, endedAt: closeTime, report });
    expect(await handle.result()).toEqual(report);
  });

  it.each([[['status', 'e2e']], [['status', 'e2e', '--output', 'json']]])(
    '%j shows the same either way',
    async (args) => {
      const shown = await embedded.done(...args);
      expect(shown).toContain(report.warnings[0]);
      expect(await asClient.done(...args)).toBe(shown);
    },
  );

  it.each([[['status']], [['list', '--output', 'json']]])('%j lists the same either way', async (args) => {
    const shown = await vi.waitUntil(
      async () => {
        const words = await asClient.done(...args);
        return words.includes('v1.37.2') && words;
      },
      // What has just ended is not listed at once.
      { timeout: 20_000, interval: 200 },
    );
    expect(await embedded.done(...args)).toBe(shown);
  });

  it.each(['RUNNING', 'TERMINATED'])('is not the last one after a run that is %s', async (state) => {
    const handle = await client.workflow.start('installCluster', {
      workflowId: workflowId(state),
      taskQueue: 'nobody',
    });
    if (state === 'TERMINATED') await handle.terminate();
    expect((await handle.describe()).status.name).toBe(state);
    expect(await completedRun({ ui }, state)).toBeUndefined();
  });

  it('is not a run that nobody knows, nor one of an engine that is gone', async () => {
    expect(await completedRun({ ui }, 'nobody')).toBeUndefined();
    await embedded.done('engine', 'stop');
    expect(await completedRun({ ui }, 'e2e')).toBeUndefined();
    // Which `kha status` starts again.
    expect(await embedded.done('status', 'e2e')).toContain(report.warnings[0]);
  });
});
