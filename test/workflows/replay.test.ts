import { readdirSync, readFileSync } from 'node:fs';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundled } from './bench.js';
import { histories, historyOf, record } from './record.js';

// `npm run record` adds a history of today's install before it is replayed with the others.
if (process.env['KHA_RECORD']) await record(process.env['KHA_RECORD']);
const files = readdirSync(histories).filter((name) => name.endsWith('.json'));

/** What replay says of a recorded history; nothing when it is as it was. */
async function replayed(file: string, workflowBundle: WorkflowBundle): Promise<string> {
  const history = historyOf(readFileSync(`${histories}${file}`, 'utf8'));
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, [
    { workflowId: 'cluster/test', history },
  ]))
    return error?.message ?? '';
  throw new Error('nothing was replayed');
}

describe('recorded histories', () => {
  let today: WorkflowBundle;
  beforeAll(async () => {
    today = await bundled('../../src/workflows/index.ts');
  });

  it('are there', () => expect(files.length).toBeGreaterThan(0));

  it.each(files)('%s replays against today’s code', async (file) => {
    expect(await replayed(file, today)).toBe('');
  });

  it('do not replay against an install with two steps swapped', async () => {
    const swapped = await bundled('./swapped/index.ts');
    for (const file of files) expect(await replayed(file, swapped)).toMatch(/nondeterminism/i);
  });
});
