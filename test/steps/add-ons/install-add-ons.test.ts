import { describe, expect, it } from 'vitest';
import { answer } from '../../../src/facts/fact.js';
import { existing, file } from '../../../src/facts/files.js';
import { kubectlDiff } from '../../../src/facts/kubectl-diff.js';
import { rolledOut } from '../../../src/facts/rollout.js';
import { workloadsIn } from '../../../src/facts/workloads.js';
import { installAddOns } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const wanted = cluster({ addons: ['limits', { name: 'dashboard', file: '/site/dashboard.yaml' }] });
const folder = '/etc/kubernetes/kha/add-ons';
const [limits, own] = [`${folder}/limits.yaml`, `${folder}/dashboard.yaml`];
const content = 'the value of file:/site/dashboard.yaml\n';
const there = { content, mode: '600' };

/** A control plane that has both manifests, which the cluster has as well. */
const applied = (): FakeHost =>
  new FakeHost(wanted, 'm1')
    .tells(existing([limits]), [limits])
    .tells(file(own, { secret: true }), there)
    .tells(kubectlDiff('-f', limits), undefined)
    .tells(kubectlDiff('-f', own), undefined)
    .tells(workloadsIn(limits), [])
    .tells(workloadsIn(own), [{ namespace: 'dashboard', name: 'deployment/web' }]);
const bare = (name: string): FakeHost =>
  new FakeHost(wanted, name).tells(existing([limits]), []).tells(file(own, { secret: true }), undefined);

describe('add-ons', () => {
  it('come from the bundle or from the spec’s own files, which only root reads, and are applied in their order', async () => {
    const host = bare('m1').obeys(/apply/);
    const others = ['m2', 'm3'].map(bare);
    expect(await installAddOns.check(contextOf(wanted, host, others))).toEqual([
      `${own} is not there`,
      `${limits} is not there`,
    ]);
    await installAddOns.apply!(contextOf(wanted, host));
    expect(host.written.get(own)).toEqual({ content, mode: '0600', secret: true });
    expect(host.done.map((done) => done.split(' ').at(-1))).toEqual([own, limits, own]);
  });

  it('are there once what they run runs', async () => {
    const running = rolledOut('dashboard', 'deployment/web');
    const host = applied().tells(running, ['deployment/web: 0 of 1 updated replicas are available...']);
    const words = ['deployment/web: 0 of 1 updated replicas are available...'];
    expect(await installAddOns.check(contextOf(wanted, host))).toEqual(words);
    expect(await installAddOns.verify!(contextOf(wanted, host))).toEqual(words);
    expect(await installAddOns.check(contextOf(wanted, host.tells(running, [])))).toEqual([]);
  });

  it('are looked at on the control plane that applied them', async () => {
    const acted = applied().tells(rolledOut('dashboard', 'deployment/web'), []);
    expect(await installAddOns.check(contextOf(wanted, bare('m2'), [acted, bare('m3')]))).toEqual([]);
  });
});

it('finds what runs pods in a manifest, and waits for nothing that nobody can tell of', () => {
  const parsed = (stdout: string): unknown => answer(workloadsIn('/x.yaml'), { code: 0, stdout, stderr: '' });
  expect(
    parsed(
      'Namespace    <none>      dashboard\nDeployment   dashboard   web\nStatefulSet  dashboard   db\nJob  dashboard  once\n',
    ),
  ).toEqual([
    { namespace: 'dashboard', name: 'deployment/web' },
    { namespace: 'dashboard', name: 'statefulset/db' },
  ]);
  expect(parsed('')).toEqual([]);
  const stderr = 'error: rollout status is only available for RollingUpdate strategy type\n';
  expect(answer(rolledOut('a', 'daemonset/b'), { code: 1, stdout: '', stderr })).toEqual([]);
});
