import { expect, it } from 'vitest';
import { nodeMetadata, type NodeMetadata } from '../../../src/facts/nodes.js';
import { labelNodes } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const [m1, m2, m3, w1] = cluster().hosts;
const wanted = cluster({
  hosts: [
    m1,
    m2,
    m3,
    { ...w1, labels: { disk: 'ssd', 'node-role.kubernetes.io/worker': '' }, annotations: { 'a/b': 'c d' } },
  ],
});
type Found = ReadonlyMap<string, NodeMetadata>;
const nodes = (metadata: Partial<NodeMetadata>): Found =>
  new Map([
    ['m1', { labels: {}, annotations: {} }],
    ['w1', { labels: {}, annotations: {}, ...metadata }],
  ]);
const keys = ['a/b', 'disk', 'node-role.kubernetes.io/worker'];
const host = (found: Found | undefined) =>
  new FakeHost(wanted, 'm1').tells(nodeMetadata(keys), found).obeys(/ patch node w1 --type merge -p "\$\(cat\)"$/);

it('is for nobody where no node has any', () => expect(labelNodes.on(cluster())).toEqual([]));

it.each<[string, Found | undefined, string[]]>([
  [
    'it has none',
    nodes({}),
    [
      'w1 lacks the label disk=ssd',
      'w1 lacks the label node-role.kubernetes.io/worker=',
      'w1 lacks the annotation a/b',
    ],
  ],
  [
    'it has another value',
    nodes({
      labels: { disk: 'hdd', 'node-role.kubernetes.io/worker': '' },
      annotations: { 'a/b': 'c d' },
    }),
    ['w1 lacks the label disk=ssd'],
  ],
  [
    'it is not there yet',
    new Map(),
    [
      'w1 lacks the label disk=ssd',
      'w1 lacks the label node-role.kubernetes.io/worker=',
      'w1 lacks the annotation a/b',
    ],
  ],
  ['there is no API', undefined, ['the API does not answer']],
])('says what a node lacks where %s', async (_, found, missing) =>
  expect(await labelNodes.check(contextOf(wanted, host(found)))).toEqual(missing),
);

it('gives only what is lacking, and touches no other node', async () => {
  const one = host(nodes({ labels: { disk: 'hdd', 'node-role.kubernetes.io/worker': '' } }));
  const stdin: unknown[] = [];
  const run = one.run.bind(one);
  one.run = (command, options) => {
    stdin.push(JSON.parse(options?.stdin ?? ''));
    return run(command);
  };
  await labelNodes.apply!(contextOf(wanted, one));
  expect(stdin).toEqual([{ metadata: { labels: { disk: 'ssd' }, annotations: { 'a/b': 'c d' } } }]);
});

it('of a run about some asks for them, and labels no other', async () => {
  const w2 = { ...w1, name: 'w2', address: '10.0.0.22', labels: { disk: 'hdd' } };
  const both = cluster({ hosts: [...wanted.hosts, w2] });
  const master = new FakeHost(both, 'm1')
    .tells(nodeMetadata(['disk'], ['w2']), new Map([['w2', { labels: {}, annotations: {} }]]))
    .obeys(/ patch node w2 /);
  const context = { ...contextOf(both, master), subject: { hosts: ['w2'] } };
  expect(await labelNodes.check(context)).toEqual(['w2 lacks the label disk=hdd']);
  await labelNodes.apply!(context);
  expect(master.done).toHaveLength(1);
});

it('asks after many keys in several questions, and tells the first of what is lacking', async () => {
  const [first = [], then = []] = [0, 100].map((from) =>
    Array.from({ length: from === 0 ? 100 : 30 }, (_, index) => `k${String(from + index).padStart(3, '0')}`),
  );
  const labels = Object.fromEntries([...first, ...then].map((key) => [key, 'x']));
  const many = cluster({ hosts: [m1, m2, m3, { ...w1, labels }] });
  const told = (of: readonly string[]): Found =>
    new Map([['w1', { labels: Object.fromEntries(of.map((key) => [key, 'x'])), annotations: {} }]]);
  const one = new FakeHost(many, 'm1')
    .tells(nodeMetadata(first), told(first.slice(1)))
    .tells(nodeMetadata(then), told(then));
  expect(await labelNodes.check(contextOf(many, one))).toEqual(['w1 lacks the label k000=x']);
  one.tells(nodeMetadata(then), told([]));
  const missing = await labelNodes.check(contextOf(many, one));
  expect(missing).toHaveLength(21);
  expect(missing.at(-1)).toBe('and 11 more like these');
});
