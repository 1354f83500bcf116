import { expect, it } from 'vitest';
import { apiObject } from '../../../src/facts/kubectl.js';
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
const nodes = (metadata: object) => ({
  items: [{ metadata: { name: 'm1' } }, { metadata: { name: 'w1', ...metadata } }],
});
const host = (found: unknown) =>
  new FakeHost(wanted, 'm1').tells(apiObject(['nodes']), found).obeys(/ patch node w1 --type merge -p "\$\(cat\)"$/);

it('is for nobody where no node has any', () => expect(labelNodes.on(cluster())).toEqual([]));

it.each<[string, unknown, string[]]>([
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
    'it has others too',
    nodes({
      labels: { disk: 'hdd', other: 'x', 'node-role.kubernetes.io/worker': '' },
      annotations: { 'a/b': 'c d', z: '' },
    }),
    ['w1 lacks the label disk=ssd'],
  ],
  [
    'it is not there yet',
    { items: [] },
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
  const named = apiObject(['nodes', '-l', 'kubernetes.io/hostname in (w2)']);
  const master = new FakeHost(both, 'm1')
    .tells(named, { items: [{ metadata: { name: 'w2' } }] })
    .obeys(/ patch node w2 /);
  const context = { ...contextOf(both, master), subject: { hosts: ['w2'] } };
  expect(await labelNodes.check(context)).toEqual(['w2 lacks the label disk=hdd']);
  await labelNodes.apply!(context);
  expect(master.done).toHaveLength(1);
});
