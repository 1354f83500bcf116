import type { Client } from '@temporalio/client';
import { afterEach, expect, it, vi } from 'vitest';
import { statusCommand } from '../../src/client/commands/status.js';
import type { Connected } from '../../src/client/connect.js';
import type { Report } from '../../src/workflows/messages.js';

const report: Report = {
  cluster: 'prod',
  kubernetes: 'v1.37.2',
  mode: 'apply',
  seconds: 63,
  done: 2,
  changed: 1,
  wouldChange: 0,
  skipped: 0,
  stages: [{ stage: 'Preflight', seconds: 3, steps: { done: 2, changed: 1 } }],
  warnings: ['m1: the disk is slow'],
  problems: [],
};
const query = vi.fn();
const handle = {
  workflowId: 'cluster/prod',
  describe: () =>
    Promise.resolve({ status: { name: 'COMPLETED' }, runId: 'r', closeTime: new Date('2026-11-20T12:00:00Z') }),
  result: () => Promise.resolve(report),
  query,
};
vi.mock(import('../../src/client/connect.js'), async (original) => ({
  ...(await original()),
  withClient: (work) => work({ client: { workflow: { getHandle: () => handle } } as unknown as Client } as Connected),
}));
// A server of one's own: of the embedded engine its UI would be asked first (completed-run.test.ts).
vi.mock(import('../../src/engine/connection.js'), async (original) => ({
  ...(await original()),
  findServer: () => Promise.resolve({ options: {}, namespace: 'default' }),
}));
afterEach(() => vi.restoreAllMocks());

it('shows an ended run from its own report: a query would have a worker replay all of it', async () => {
  const said: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text));
  await statusCommand().parseAsync(['prod'], { from: 'user' });
  expect(said.join('\n')).toMatch(
    /install of prod · .* · ended 2026-11-20T12:00:00.000Z\n.*Preflight.*\n! m1: the disk is slow/,
  );
  expect(query).not.toHaveBeenCalled();
});
