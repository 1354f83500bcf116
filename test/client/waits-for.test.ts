import { expect, it } from 'vitest';
import { stillMoves, waitsFor } from '../../src/client/waits-for.js';
import type { Line, LineState } from '../../src/workflows/messages.js';

const line = (host: string, state: LineState, more: Partial<Line> = {}): Line => ({
  id: 0,
  stage: 'Certificates',
  step: 'obtainCertificates',
  host,
  state,
  ...more,
});

it.each<[string, LineState[], number, boolean]>([
  ['while another host is at work', ['held', 'running', 'done'], 5_000, true],
  ['until nothing else is', ['held', 'held', 'done'], 0, false],
  ['or nothing has changed for a while', ['held', 'running'], 31_000, false],
])('what a run asks of a person is waited for %s', (_, states, unchanged, moves) =>
  expect(stillMoves({ lines: states.map((state, index) => line(`m${index + 1}`, state)) }, unchanged)).toBe(moves),
);

it('names everything that is held, one answer for all of it, and what is still at work', () => {
  const lines = [line('m1', 'held'), line('m2', 'held', { others: ['m3'] }), line('w1', 'running'), line('e1', 'done')];
  const said = waitsFor({ cluster: 'prod', gates: [], lines });
  expect(said).toMatch(/kha retry prod {6}\(all that is held\)/);
  expect(said.match(/--step obtainCertificates --host m[12] /g)).toHaveLength(2);
  expect(said).toContain('still at work: obtainCertificates on w1\n');
  expect(said).not.toContain('e1');
});

it('gives the one answer alone where one step is held', () =>
  expect(waitsFor({ cluster: 'prod', gates: [], lines: [line('m1', 'held')] })).toBe(
    'waits for a person:\n  kha retry prod --step obtainCertificates --host m1      (or kha skip … --reason …, or kha abort prod)\nthen come back with: kha watch prod',
  ));

it('names a gate', () =>
  expect(
    waitsFor({ cluster: 'prod', gates: [{ name: 'before-changes', plan: [], state: 'waiting' }], lines: [] }),
  ).toContain('  kha approve prod before-changes\n'));
