import { expect, it } from 'vitest';
import { initControlPlane, joinControlPlane, joinWorker } from '../../../src/steps/index.js';
import type { Step } from '../../../src/steps/step.js';
import { cluster } from '../../clusters.js';
import { world, type Answers } from '../disks.js';
import { memberList, standing } from '../etcd/member-list.js';

const m4 = { name: 'm4', address: '10.0.0.14', roles: ['control-plane'] };
const etcd = { name: 'e1', address: '10.0.0.31', roles: ['etcd'] };
const answers: Answers = {
  'member list': () => memberList(standing('m1', 'm2', 'm3')),
  '/readyz': () => '200',
  'stat -fc': () => 'cgroup2fs\n',
  CapBnd: () => '000001ffffffffff\nmachine\n',
  'kubeadm token': () => 'abcdef.0123456789abcdef\n',
  'openssl x509': () => `${'0'.repeat(64)}  -`,
  'token-id': () => '',
  'rm -f': () => '',
  'set -eu': () => '',
};
/** Control planes stand with etcd on them, for those who join. */
const stand = Object.fromEntries(
  ['m1', 'm2', 'm3'].map((name) => [name, { '/etc/kubernetes/admin.conf': '', '/var/lib/etcd/member/snap/db': '' }]),
);

/** What kubeadm is told not to mind, beyond what it is told where nothing is waived. */
async function waivedFor(step: Step, host: string, waive: readonly string[], apart = false): Promise<string[]> {
  const ignored = async (names: readonly string[]): Promise<string[]> => {
    const hosts = [...cluster().hosts, m4, ...(apart ? [etcd] : [])];
    const { context, done } = world(cluster({ hosts, preflight: { waive: names } }), structuredClone(stand), answers);
    await step.apply!(context(host));
    return /--ignore-preflight-errors '?([^ ';]+)/.exec(done.join('\n'))![1]!.split(',');
  };
  const always = await ignored([]);
  return (await ignored(waive)).filter((name) => !always.includes(name));
}

// Names as kubeadm's own checks give them (cmd/kubeadm/app/preflight/checks.go, v1.37.2).
const ports = ['Port-6443', 'Port-10257', 'Port-10259'];
it.each([
  ['cpu', ['NumCPU']],
  ['memory', ['Mem']],
  ['ports', ports],
])('kubeadm on a control plane does not mind what the spec waives: %s', async (name, names) => {
  expect(await waivedFor(initControlPlane, 'm1', [name])).toEqual(names);
  expect(await waivedFor(initControlPlane, 'm1', [name], true)).toEqual(names);
  expect(await waivedFor(joinControlPlane, 'm4', [name])).toEqual(names);
});

it('kubeadm on a worker, which looks for none of them, is told nothing more', async () =>
  expect(await waivedFor(joinWorker, 'w1', ['cpu', 'memory', 'ports'])).toEqual([]));

it('kubeadm minds what no waiver of the spec is about', async () =>
  expect(await waivedFor(initControlPlane, 'm1', ['disk', 'clock', 'images', 'leftovers'])).toEqual([]));
