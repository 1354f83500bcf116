import { describe, expect, it } from 'vitest';
import { nodeList } from '../../../src/facts/nodes.js';
import { waitingPods } from '../../../src/facts/pods.js';
import { startWaitingPods } from '../../../src/steps/network/start-waiting-pods.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const wanted = cluster();
const pods = waitingPods(['kube-dns', 'calico-kube-controllers']);
const connected = (...names: string[]) =>
  wanted.hosts.map(({ name }) => ({ name, ready: true, connected: names.includes(name) }));

describe('startWaitingPods', () => {
  it('deletes pods that wait for a network which is up, and no others', async () => {
    const host = new FakeHost(wanted, 'm1')
      .tells(pods, [{ name: 'coredns-1', node: 'm2' }])
      .tells(nodeList(), connected('m1', 'm2', 'm3', 'w1'))
      .obeys(/^sleep 1$/)
      .obeys(/^kubectl .* delete pod /);
    expect(await startWaitingPods.check(contextOf(wanted, host))).toEqual(['coredns-1 waits for the network of m2']);
    await startWaitingPods.apply!(contextOf(wanted, host));
    const [deleted = '', ...then] = host.done;
    // Until their successors have started: half a minute for the network, and ten seconds for them.
    expect(then).toEqual(Array.from({ length: 10 }, () => 'sleep 1'));
    expect([deleted].map((command) => command.replace(/^.* -n/, '-n'))).toEqual([
      '-n kube-system delete pod --ignore-not-found --wait=false coredns-1',
    ]);
  });

  it('does nothing where none waits', async () => {
    const host = new FakeHost(wanted, 'm1').tells(pods, []).tells(nodeList(), connected());
    expect(await startWaitingPods.check(contextOf(wanted, host))).toEqual([]);
    await startWaitingPods.apply!(contextOf(wanted, host));
    expect(host.done).toEqual([]);
  });

  it('gives a network that does not come up half a minute, and leaves the verdict to checkComponents', async () => {
    const host = new FakeHost(wanted, 'm1')
      .tells(pods, [{ name: 'coredns-1', node: 'm2' }])
      .tells(nodeList(), connected('m1', 'm2', 'm3'))
      .obeys(/^sleep 1$/)
      .obeys(/^kubectl .* delete pod /);
    await startWaitingPods.apply!(contextOf(wanted, host));
    expect(host.done.filter((command) => command === 'sleep 1')).toHaveLength(40);
    expect(await startWaitingPods.verify!(contextOf(wanted, host))).toEqual([]);
  });
});
