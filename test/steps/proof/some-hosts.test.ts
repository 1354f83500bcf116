import { expect, it } from 'vitest';
import { apiObject } from '../../../src/facts/kubectl.js';
import { nodeList } from '../../../src/facts/nodes.js';
import { placedPods } from '../../../src/facts/pods.js';
import { rolledOut } from '../../../src/facts/rollout.js';
import { checkNodes, proveNetwork } from '../../../src/steps/index.js';
import { withNeighbours } from '../../../src/steps/proof/neighbours.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const worker = (number: number) => ({ name: `w${number}`, address: `10.0.1.${number}`, roles: ['worker'] });
const wanted = cluster({
  hosts: [...cluster().hosts.slice(0, 3), ...Array.from({ length: 40 }, (_, n) => worker(n + 1))],
});
const subject = { hosts: ['w2'] };
const asked = ['m1', 'm2', 'm3', 'w1', ...Array.from({ length: 9 }, (_, n) => `w${n + 3}`)];
const node = (name: string, ready = true) => ({ name, ready, connected: ready });
const proof = apiObject<object>(['-n', 'kube-system', 'configmap', 'kha-network-proof']);
const pod = (name: string, ip: string) => ({ name: `probe-${name}`, node: name, addresses: [ip] });

const told = (host: FakeHost): FakeHost =>
  host
    .tells(nodeList(asked), [node('m1'), node('m2', false), node('w1', false), node('w3'), node('w4'), node('w5')])
    .tells(rolledOut('kha-proof', 'daemonset/probe'), [])
    .tells(rolledOut('kube-system', 'deployment/coredns'), [])
    .tells(placedPods('kha-proof', 'app=probe'), [
      pod('m1', '192.168.0.1'),
      pod('w2', '192.168.2.1'),
      pod('w3', '192.168.3.1'),
      pod('w4', '192.168.4.1'),
    ])
    .obeys(/kubectl/);
const master = (proved: string) => told(new FakeHost(wanted, 'm1').tells(proof, { data: { nodes: proved } }));

it('waits for the nodes that a run is about, and asks for no others', async () => {
  const host = new FakeHost(wanted, 'm1').tells(nodeList(['w2']), []);
  expect(await checkNodes.check({ ...contextOf(wanted, host), subject })).toEqual(['w2 is not a node yet']);
  host.tells(nodeList(['w2']), [node('w2')]);
  expect(await checkNodes.check({ ...contextOf(wanted, host), subject })).toEqual([]);
});

it('lets a node prove its network with a few that are Ready', async () => {
  const among = await withNeighbours(wanted, subject, master(''));
  expect(among.hosts.map(({ name }) => name)).toEqual(['m1', 'w3', 'w4', 'w2']);
});

it('proves the network of new nodes, and remembers that of those before', async () => {
  const host = master('m1 m2 m3 w1');
  const context = { ...contextOf(wanted, host), subject };
  expect(await proveNetwork.check(context)).toEqual(['nobody has proved the network of w2']);
  const stdin: string[] = [];
  const run = host.run.bind(host);
  host.run = (command, options) => {
    if (options?.stdin) stdin.push(options.stdin);
    return run(command, options);
  };
  await proveNetwork.apply!(context);
  expect(JSON.stringify(stdin[0])).toMatch(/kubernetes\.io\/hostname.*In.*m1.*w2.*w3.*w4/);
  const exec = host.done.flatMap(
    (one) => /exec (probe-\w+).*http:\/\/([\d.]+):8080/.exec(one)?.slice(1).join(' ') ?? [],
  );
  expect(exec).toEqual([
    'probe-m1 192.168.2.1',
    'probe-w2 192.168.3.1',
    'probe-w3 192.168.4.1',
    'probe-w4 192.168.0.1',
  ]);
  expect(stdin.at(-1)).toContain('"nodes": "m1 m2 m3 w1 w2"');
  host.tells(proof, { data: { nodes: 'm1 m2 m3 w1 w2' } });
  expect(await proveNetwork.check(context)).toEqual([]);
});

it.each([
  ['daemonset.apps/probe created', false],
  ['daemonset.apps/probe unchanged', true],
  ['daemonset.apps/probe configured', true],
  ['daemonset "probe" unchanged', true],
])('makes pods anew that an attempt before left: %s', async (said, anew) => {
  const host = new FakeHost(wanted, 'm1').obeys(/ apply -f -$/, `namespace/kha-proof unchanged\n${said}\n`);
  host.tells(proof, { data: { nodes: '' } });
  await proveNetwork.apply!({ ...contextOf(wanted, told(host)), subject });
  const verbs = host.done.flatMap((one) => / (delete pods|exec) /.exec(one)?.[1] ?? []);
  expect([...new Set(verbs)]).toEqual(anew ? ['delete pods', 'exec'] : ['exec']);
});
