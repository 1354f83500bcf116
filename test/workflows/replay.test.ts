import { readdirSync, readFileSync } from 'node:fs';
import { temporal } from '@temporalio/proto';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundled } from './bench.js';
import { histories, historyOf, record, recordedId } from './record.js';

// `npm run record` adds a history of today's install before it is replayed with the others.
if (process.env['KHA_RECORD']) await record(process.env['KHA_RECORD']);
const files = readdirSync(histories).filter((name) => name.endsWith('.json'));

/** What replay says of a recorded history, or of its first steps; nothing when it is as it was. */
async function replayed(
  file: string,
  workflowBundle: WorkflowBundle,
  part: 'all' | 'beginning' = 'all',
): Promise<string> {
  const { events } = historyOf(readFileSync(`${histories}${file}`, 'utf8'));
  const scheduled = events!.findIndex(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled && scheduled.activityType?.name !== 'lookAhead',
  );
  const next = events!.findIndex(({ eventType }, index) => index > scheduled && eventType === workflowTaskStarted);
  const history = { events: part === 'all' ? events! : events!.slice(0, next + 1) };
  // Under which it was recorded: the ids of a run's waves begin with its own.
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, [{ workflowId: recordedId, history }]))
    return error?.message ?? '';
  throw new Error('nothing was replayed');
}

const { EVENT_TYPE_WORKFLOW_TASK_STARTED: workflowTaskStarted } = temporal.api.enums.v1.EventType;

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
    // A wave is told its steps by its run.
    for (const file of files.filter((name) => !name.startsWith('one-wave')))
      expect(await replayed(file, swapped), file).toMatch(/nondeterminism/i);
  });

  it('replay against the same two steps swapped behind patched()', async () => {
    const [swapped, patched] = await Promise.all([bundled('./swapped/index.ts'), bundled('./patched/index.ts')]);
    // Both steps are for every control plane where the endpoint is the cluster's own.
    for (const file of files.filter((name) => name.startsWith('install'))) {
      // What the fixtures have of an install: its first steps.
      expect(await replayed(file, swapped, 'beginning'), file).toMatch(/nondeterminism/i);
      expect(await replayed(file, patched, 'beginning'), file).toBe('');
    }
  });
});
