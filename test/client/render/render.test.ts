import { describe, expect, it } from 'vitest';
import { events } from '../../../src/client/render/events.js';
import { frame } from '../../../src/client/render/frame.js';
import { planFacts, planText } from '../../../src/client/render/plan.js';
import { seconds } from '../../../src/client/render/words.js';
import type { Line, Progress } from '../../../src/workflows/messages.js';

const line = (stage: string, host: string, step: string, state: Line['state'], more: Partial<Line> = {}): Line => ({
  id: 0,
  stage,
  host,
  step,
  state,
  startedAt: 1_000,
  ...(state === 'running' || state === 'held' ? {} : { endedAt: 3_500 }),
  missing: [],
  warnings: [],
  ...more,
});

const progress = (lines: Line[], more: Partial<Progress> = {}): Progress => ({
  cluster: 'prod',
  kubernetes: 'v1.37.2',
  operation: 'install',
  mode: 'apply',
  revision: 1,
  phase: 'running',
  stage: lines.at(-1)?.stage ?? '',
  startedAt: 0,
  lines,
  gates: [],
  ...more,
});

const plain = (_style: string, text: string): string => text;
const size = { rows: 20, columns: 100 };

describe('frame', () => {
  it('folds finished stages and opens the running one, host by host', () => {
    const now = progress([
      line('Preflight', 'm1', 'checkHost', 'done'),
      line('Preflight', 'm2', 'checkHost', 'changed'),
      line('etcd', 'm1', 'startEtcd', 'done'),
      line('etcd', 'm1', 'checkEtcd', 'running'),
      line('etcd', 'm2', 'startEtcd', 'held', { problem: 'startEtcd on m2: disk full\n\nmore' }),
    ]);
    expect(frame(now, 11_000, size, plain)).toEqual([
      'install of prod · Kubernetes v1.37.2 · running · 11.0 s',
      '✓ Preflight                 2.5 s  1 changed, 1 done',
      '… etcd',
      '  … m1       checkEtcd                      10.0 s  1 ended',
      '  ! m2       startEtcd                      10.0 s  0 ended; startEtcd on m2: disk full',
    ]);
  });

  it('of very many hosts counts them, and shows those that are held and the slowest', () => {
    const hosts = Array.from({ length: 40 }, (_, n) => n);
    const rows = hosts.map((n) =>
      n < 2
        ? line('Workers', `w${n}`, 'joinWorker', 'held', { problem: 'joinWorker: no' })
        : line('Workers', `w${n}`, 'joinWorker', n % 2 ? 'running' : 'changed', { startedAt: n, others: [`x${n}`] }),
    );
    const [, title, ...shown] = frame(progress(rows), 1_000, { rows: 40, columns: 100 }, plain);
    expect(title).toBe('… Workers  hosts: 2 held, 38 under way, 38 with nothing under way');
    expect(shown.map((row) => row.split(/ +/)[2])).toEqual([
      'w0',
      'w1',
      ...[3, 5, 7, 9, 11, 13, 15, 17, 19, 21].map((n) => `w${n}`),
    ]);
  });

  it('never takes more rows or columns than there are', () => {
    const many = Array.from({ length: 200 }, (_, n) =>
      line('Workers', `w${n}`, 'joinWorker', 'running', { problem: 'x'.repeat(300) }),
    );
    const rows = frame(progress(many), 2_000, { rows: 10, columns: 40 }, plain);
    expect(rows.length).toBeLessThanOrEqual(10);
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(40);
    expect(rows[1]).toMatch(/lines above/);
  });
});

it('says of a run about some hosts which those are', () => {
  const now = progress([], { subject: ['w7', 'w8'] });
  expect(frame(now, 1_000, size, plain)[0]).toMatch(/^install of w7, w8 in prod · /);
  expect(events(undefined, now)).toEqual(['          install of w7, w8 in prod']);
  expect(events(now, now)).toEqual([]);
  const many = Array.from({ length: 30 }, (_, n) => `w${n}`);
  const plan = planFacts(progress([], { subject: many, mode: 'plan' }));
  expect(plan.subject).toEqual(many);
  expect(planText(plan)).toBe('w0, w1, w2, w3 and 26 more in prod, Kubernetes v1.37.2: nothing to do');
});

describe('events', () => {
  it('of waves under way tells only what is held: the run tells what they came to', () => {
    const of = (state: Line['state'], more: Partial<Line> = {}) =>
      progress([line('Workers', 'w0', 'joinWorker', state, more)]);
    expect(events(undefined, of('changed', { wave: 'cluster/prod/joinWorker/1' }))).toEqual([]);
    expect(events(undefined, of('held', { wave: 'cluster/prod/joinWorker/1' }))).toHaveLength(1);
    expect(events(of('held', { wave: 'cluster/prod/joinWorker/1' }), of('changed'))).toHaveLength(1);
  });

  it('tells each thing once', () => {
    const before = progress([line('etcd', 'm1', 'startEtcd', 'running')]);
    const after = progress([line('etcd', 'm1', 'startEtcd', 'changed', { missing: ['a', 'b', 'c', 'd'] })]);
    expect(events(undefined, before)).toEqual([]);
    const [told] = events(before, after);
    expect(told).toMatch(/✓ etcd +m1 +startEtcd +changed +2.5 s {2}a; b; c and 1 more$/);
    expect(events(after, after)).toEqual([]);
  });

  it('says what a gate lets happen and how to open it', () => {
    const gate = { name: 'before-changes', plan: ['m1: disableSwap: swap is on'], state: 'waiting' as const };
    expect(events(progress([]), progress([], { gates: [gate] })).join('\n')).toMatch(
      /m1: disableSwap: swap is on\n.*kha approve prod before-changes/,
    );
  });
});

describe('plan', () => {
  it('tells what would change, and what would stop an install', () => {
    const facts = planFacts(
      progress([
        line('Prepare hosts', 'm1', 'disableSwap', 'would change', { missing: ['swap is on'] }),
        line('Preflight', 'm2', 'checkHost', 'failed', { problem: 'no sudo' }),
        line('Preflight', 'm1', 'checkHost', 'done', { warnings: ['old'] }),
      ]),
    );
    expect(facts).toMatchObject({
      changes: [{ host: 'm1', step: 'disableSwap' }],
      problems: [{ host: 'm2', problem: 'no sudo' }],
      warnings: [{ host: 'm1', warning: 'old' }],
    });
    expect(planText(facts)).toMatch(/1 steps on 1 hosts would change something; 1 problems would stop an install$/);
    expect(planText(planFacts(progress([])))).toMatch(/nothing to do$/);
  });
});

it.each([
  [0, '0.0 s'],
  [59_900, '59.9 s'],
  [61_000, '1 min 1 s'],
])('%i ms are %s', (milliseconds, text) => expect(seconds(milliseconds)).toBe(text));
