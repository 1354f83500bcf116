import { createServer, type Server as Http } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Connected } from '../../src/client/connect.js';
import { listRuns } from '../../src/client/list-runs.js';
import type { Server } from '../../src/engine/connection.js';

const payload = (value: unknown) => ({ data: Buffer.from(JSON.stringify(value)) });
const attributes = (cluster: string, needsOperator: boolean) => ({
  ClusterName: payload(cluster),
  Operation: payload('install'),
  Phase: payload(needsOperator ? 'waiting' : 'done'),
  KubernetesVersion: payload('v1.37.2'),
  NeedsOperator: payload(needsOperator),
});

/** Two runs of one cluster and one of another, as the API has them. */
const executions = [
  ['prod', 'RUNNING', '2026-11-28T12:00:00.123456Z'],
  ['prod', 'COMPLETED', '2026-11-27T12:00:00.5Z', '2026-11-27T12:30:00.987654321Z'],
  ['edge', 'COMPLETED', '2026-11-26T12:00:00Z', '2026-11-26T12:30:00Z'],
].map(([cluster = '', status = '', startTime, closeTime]) => ({
  status: `WORKFLOW_EXECUTION_STATUS_${status}`,
  startTime,
  ...(closeTime === undefined ? {} : { closeTime }),
  searchAttributes: {
    indexedFields: Object.fromEntries(
      Object.entries(attributes(cluster, status === 'RUNNING')).map(([name, { data }]) => [
        name,
        { data: data.toString('base64') },
      ]),
    ),
  },
}));
const found = [
  {
    cluster: 'edge',
    kubernetes: 'v1.37.2',
    operation: 'install',
    phase: 'done',
    needsOperator: false,
    status: 'COMPLETED',
    startedAt: '2026-11-26T12:00:00.000Z',
    endedAt: '2026-11-26T12:30:00.000Z',
  },
  {
    cluster: 'prod',
    kubernetes: 'v1.37.2',
    operation: 'install',
    phase: 'waiting',
    needsOperator: true,
    status: 'RUNNING',
    startedAt: '2026-11-28T12:00:00.123Z',
    endedAt: null,
  },
];

const list = vi.fn();
const findServer = vi.fn<() => Promise<Server>>();
vi.mock(import('../../src/client/connect.js'), async (original) => ({
  ...(await original()),
  withClient: (work) => work({ client: { workflow: { list } } as unknown as Client } as Connected),
}));
vi.mock(import('../../src/engine/connection.js'), async (original) => ({
  ...(await original()),
  findServer: () => findServer(),
}));

/** The engine whose UI answers so, by the token of the page that is asked for; keeps the queries. */
async function engine(
  answers: Readonly<Record<string, unknown>>,
  status = 200,
): Promise<{ ui: Http; asked: string[] }> {
  const asked: string[] = [];
  const ui = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://ui');
    asked.push(`${pathname} ${searchParams.get('query')}`);
    const answer = answers[searchParams.get('nextPageToken') ?? ''];
    response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => ui.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(ui.address() as AddressInfo).port}`;
  findServer.mockResolvedValue({
    options: {},
    namespace: 'default',
    engine: { id: 'one', address: '127.0.0.1:1', ui: address },
  });
  return { ui, asked };
}

/** What Temporal's client lists of the same. */
async function* byClient() {
  await Promise.resolve();
  for (const { status, startTime, closeTime, searchAttributes } of executions)
    yield {
      status: { name: status.replace('WORKFLOW_EXECUTION_STATUS_', '') },
      startTime: new Date(startTime!),
      closeTime: closeTime && new Date(closeTime),
      raw: {
        searchAttributes: {
          indexedFields: Object.fromEntries(
            Object.entries(searchAttributes.indexedFields).map(([name, { data }]) => [
              name,
              { data: Buffer.from(data, 'base64') },
            ]),
          ),
        },
      },
    };
}

describe('listRuns', () => {
  afterEach(() => vi.resetAllMocks());

  it('has the newest run of every cluster from the engine’s API, page by page', async () => {
    const { ui, asked } = await engine({
      '': { executions: executions.slice(0, 1), nextPageToken: 'a+b=' },
      'a+b=': { executions: executions.slice(1) },
    });
    try {
      expect(await listRuns(false)).toEqual(found);
      expect(asked).toEqual(
        Array(2).fill("/api/v1/namespaces/default/workflows WorkflowType = 'installCluster' AND Operation != 'plan'"),
      );
      await listRuns(true);
      expect(asked[2]).toMatch(/ AND NeedsOperator = true AND ExecutionStatus = 'Running'$/);
      expect(list).not.toHaveBeenCalled();
    } finally {
      ui.close();
    }
  });

  it('has none where the API tells of none', async () => {
    const { ui } = await engine({ '': {} });
    try {
      expect(await listRuns(false)).toEqual([]);
    } finally {
      ui.close();
    }
  });

  it.each([
    ['an error', { executions }, 500],
    ['a page', '<html>', 200],
    ['another API', { executions: [{}] }, 200],
  ])('asks the client where the API gives %s', async (_, answer, status) => {
    const { ui } = await engine({ '': answer }, status);
    list.mockImplementation(byClient);
    try {
      expect(await listRuns(false)).toEqual(found);
    } finally {
      ui.close();
    }
  });

  it('asks the client of a server of one’s own', async () => {
    findServer.mockResolvedValue({ options: {}, namespace: 'default' });
    list.mockImplementation(byClient);
    expect(await listRuns(true)).toEqual(found);
    expect(list).toHaveBeenCalledWith({ query: expect.stringMatching(/NeedsOperator = true/) as string });
  });
});
