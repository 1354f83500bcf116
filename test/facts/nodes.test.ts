import { describe, expect, it } from 'vitest';
import { answer, FactUnknown, type Fact } from '../../src/facts/fact.js';
import { nodeList, nodeMetadata } from '../../src/facts/nodes.js';
import { placedPods, waitingPods } from '../../src/facts/pods.js';

const metadata = nodeMetadata(['disk', 'a/b']);
const pods = placedPods('kha-proof', 'app=probe');
const parsed = <T>(fact: Fact<T>, stdout: string, code = 0): T => answer(fact, { code, stdout, stderr: '' });

// What kubectl 1.27 and 1.33 made of the templates, and client-go of 1.9 of those that are jsonpath.
describe('lists of nodes and pods', () => {
  it.each([
    [
      'nodes, one of them without a condition',
      parsed(nodeList(), 'm1 True False\nw1.example  \nw2 Unknown \nw3 False True\n'),
      [
        { name: 'm1', ready: true, connected: true },
        { name: 'w1.example', ready: false, connected: false },
        { name: 'w2', ready: false, connected: false },
        { name: 'w3', ready: false, connected: false },
      ],
    ],
    ['no nodes where no cluster is', parsed(nodeList(), '', 78), undefined],
    [
      'labels and annotations, whatever is in them',
      parsed(
        metadata,
        'm1 labels:disk= annotations:a%2Fb=c+d+%26+%22q%22%0Anew%3Dline+%C3%A9%2B%25\nw1 labels:disk=ssd\nw2\n',
      ),
      new Map([
        ['m1', { labels: { disk: '' }, annotations: { 'a/b': 'c d & "q"\nnew=line é+%' } }],
        ['w1', { labels: { disk: 'ssd' }, annotations: {} }],
        ['w2', { labels: {}, annotations: {} }],
      ]),
    ],
    ['no labels where no cluster is', parsed(metadata, '', 78), undefined],
    [
      'pods by their nodes, with addresses of both families, of one by an API that knows one, and of none',
      parsed(pods, 'probe-a m1 10.0.0.1 10.0.0.1 fd00::1\nprobe-b w1 10.0.0.2 \nprobe-c   \n'),
      [
        { name: 'probe-a', node: 'm1', addresses: ['10.0.0.1', 'fd00::1'] },
        { name: 'probe-b', node: 'w1', addresses: ['10.0.0.2'] },
        { name: 'probe-c', node: '', addresses: [] },
      ],
    ],
    [
      'waiting pods that have a node',
      parsed(waitingPods(['kube-dns']), 'coredns-1 m2\ncoredns-2 \n'),
      [{ name: 'coredns-1', node: 'm2' }],
    ],
  ])('have %s', (_, found, wanted) => expect(found).toEqual(wanted));

  it.each<[string, Fact<unknown>, string]>([
    ['a node without its conditions’ places', nodeList(), 'm1 True False\nw1\n'],
    ['a condition that is none', nodeList(), 'm1 Maybe \n'],
    ['words in place of nodes', nodeList(), 'No resources found\n'],
    ['a label without a value', metadata, 'm1 labels:disk\n'],
    ['a value that is cut in the middle of a letter', metadata, 'm1 labels:disk=%C3\n'],
    ['a pod without places', pods, 'probe-a m1\n'],
    ['an address that is none', pods, 'probe-a m1 nowhere \n'],
    ['a waiting pod without a place', waitingPods(['kube-dns']), 'coredns-1\n'],
  ])('are unknown where a line has %s', (_, fact, stdout) => expect(() => parsed(fact, stdout)).toThrow(FactUnknown));

  it('of 5,000 nodes are a hundredth of what is read of a command', () => {
    const line = `${'n'.repeat(63)} Unknown False\n`;
    expect(5_000 * line.length).toBeLessThan(0.06 * 8 * 1024 ** 2);
    expect(parsed(nodeList(), line.repeat(5_000))).toHaveLength(5_000);
  });
});
