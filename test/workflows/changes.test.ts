import { describe, expect, it } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import { progressOf } from '../../src/client/progress.js';
import { Changes } from '../../src/workflows/changes.js';
import { details } from '../../src/workflows/details.js';
import type { Line, Progress } from '../../src/workflows/messages.js';

const line = (id: number, problem = ''): Line => ({
  id,
  stage: 's',
  step: 'joinWorker',
  host: `w${id}`,
  state: 'held',
  problem,
});
const head = {
  cluster: 'prod',
  kubernetes: 'v1.37.2',
  operation: 'install',
  mode: 'apply',
  phase: 'waiting',
  stage: 'Workers',
  startedAt: 1,
} as const;

describe('what changed', () => {
  it('is told once, the newest last', () => {
    const changes = new Changes();
    const [one, two] = [line(0), line(1)];
    changes.note(one, 1);
    changes.note(two, 2);
    changes.note(one, 3);
    expect(changes.since(0)).toEqual({ items: [two, one] });
    expect(changes.since(2)).toEqual({ items: [one] });
    expect(changes.since(3)).toEqual({ items: [] });
  });

  it('comes in pages below 2 MB, however large a run is', async () => {
    const changes = new Changes();
    const lines = Array.from({ length: 2_000 }, (_, id) => line(id, '€'.repeat(2_000)));
    for (const one of [...lines].reverse()) changes.note(one, 2_000 - one.id);
    let pages = 0;
    const query = (_name: string, since: number): Promise<Progress> => {
      const { items, through } = changes.since(since);
      pages += 1;
      const answer = {
        ...head,
        revision: through ?? 2_000,
        lines: items as Line[],
        gates: [],
        ...(through === undefined ? {} : { more: true }),
      };
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(2_000_000);
      return Promise.resolve(answer);
    };
    const whole = await progressOf({ query } as unknown as WorkflowHandle);
    expect(pages).toBeGreaterThan(5);
    expect(whole.lines).toEqual(lines);
    expect(whole.more).toBeUndefined();
    const before = pages;
    changes.note(lines[7]!, 2_001);
    await progressOf({ query } as unknown as WorkflowHandle, whole);
    expect(pages).toBe(before + 1);
  });

  it('is asked for from the start when another run of the cluster has begun', async () => {
    const asked: number[] = [];
    const query = (_name: string, since: number): Promise<Progress> => {
      asked.push(since);
      return Promise.resolve({ ...head, startedAt: 2, revision: 5, lines: since === 0 ? [line(0)] : [], gates: [] });
    };
    const old: Progress = { ...head, revision: 90, lines: [line(0), line(1)], gates: [] };
    expect((await progressOf({ query } as unknown as WorkflowHandle, old)).lines).toHaveLength(1);
    expect(asked).toEqual([90, 0]);
  });
});

describe('the page of the UI', () => {
  it('stays below 20 KB with 1,000 hosts under way and held', () => {
    const open = new Set(Array.from({ length: 1_000 }, (_, id) => line(id, '€'.repeat(3_000))));
    const tallies = new Map([...open].map(({ host }) => [host, { done: 1, changed: 2 }]));
    const gate = {
      name: 'before-changes',
      plan: Array.from({ length: 500 }, () => '€'.repeat(400)),
      state: 'waiting' as const,
    };
    const page = details({ head, gates: [gate], open, tallies });
    expect(Buffer.byteLength(page)).toBeLessThan(20_000);
    expect(page).toContain('kha approve prod before-changes');
  });
});
