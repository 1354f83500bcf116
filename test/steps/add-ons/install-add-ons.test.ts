import { describe, expect, it } from 'vitest';
import { conditionMet, type Conditional } from '../../../src/facts/condition.js';
import { answer } from '../../../src/facts/fact.js';
import { existing, file, sha256 } from '../../../src/facts/files.js';
import { kubectlDiff } from '../../../src/facts/kubectl-diff.js';
import { rolledOut } from '../../../src/facts/rollout.js';
import { appliedFrom, type Applied } from '../../../src/facts/workloads.js';
import { checkAddOns, installAddOns } from '../../../src/steps/index.js';
import { applyManifests } from '../../../src/steps/manifests.js';
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
    .tells(appliedFrom(limits), [])
    .tells(appliedFrom(own), [{ kind: 'Deployment.apps', namespace: 'dashboard', name: 'web' }]);
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

  it('are not read again, where kha runs or on the host, while they are waited for', async () => {
    const host = new FakeHost(wanted, 'm1')
      .tells(kubectlDiff('-f', limits), undefined)
      .tells(kubectlDiff('-f', own), undefined)
      .tells(appliedFrom(limits), [])
      .tells(appliedFrom(own), []);
    const secret = (reference: string): Promise<string> => Promise.reject(new Error(`${reference} was read`));
    expect(await installAddOns.verify!({ ...contextOf(wanted, host), secret })).toEqual([]);
    host.tells(kubectlDiff('-f', own), 'Deployment web');
    expect(await installAddOns.verify!({ ...contextOf(wanted, host), secret })).toEqual([
      `${own} is not applied: Deployment web`,
    ]);
  });

  it('are looked at on the control plane that applied them', async () => {
    const acted = applied().tells(rolledOut('dashboard', 'deployment/web'), []);
    expect(await installAddOns.check(contextOf(wanted, bare('m2'), [acted, bare('m3')]))).toEqual([]);
  });
});

describe('an add-on by its URL', () => {
  const path = `${folder}/web.yaml`;
  const sum = 'a'.repeat(64);
  const fetched = { name: 'web', url: 'https://example.org/web.yaml', digest: `sha256:${sum}` };
  const wanted = cluster({ addons: [fetched] });
  const having = (name: string, found: string | undefined): FakeHost =>
    new FakeHost(wanted, name)
      .tells(sha256([path]), new Map(found === undefined ? [] : [[path, found]]))
      .tells(existing([]), []);
  const gone = { manifest: () => Promise.reject(new Error('it is gone')) };

  it('is laid by what was fetched', async () => {
    const host = having('m1', undefined).obeys(/apply/);
    await installAddOns.apply!(contextOf(wanted, host));
    const content = 'the manifest of https://example.org/web.yaml\n';
    expect(host.written.get(path)).toEqual({ content, mode: '0600', secret: true });
    expect(host.done).toEqual([`write ${path}`, expect.stringContaining('apply')]);
  });

  it('is told of when another lies there', async () => {
    const hosts = ['m1', 'm2', 'm3'].map((name) => having(name, 'b'.repeat(64)));
    expect(await installAddOns.check(contextOf(wanted, hosts[0]!, hosts.slice(1)))).toEqual([`${path} differs`]);
  });

  it('needs its URL no more once it is there', async () => {
    const host = having('m1', sum)
      .obeys(/apply/)
      .tells(kubectlDiff('-f', path), undefined)
      .tells(appliedFrom(path), []);
    const context = { ...contextOf(wanted, host), ...gone };
    expect(await installAddOns.check(context)).toEqual([]);
    await installAddOns.apply!(context);
    expect(host.written.size).toBe(0);
  });

  it('stops an install before anything is changed, where nobody has it', async () => {
    const [first, ...others] = [having('m1', undefined), having('m2', undefined), having('m3', undefined)];
    await expect(checkAddOns.check({ ...contextOf(wanted, first, others), ...gone })).rejects.toThrow('it is gone');
    const elsewhere = [having('m2', sum), having('m3', undefined)];
    expect(await checkAddOns.check({ ...contextOf(wanted, first, elsewhere), ...gone })).toEqual([]);
  });
});

it('finds what a manifest holds, and waits for nothing that nobody can tell of', () => {
  const parsed = (stdout: string): unknown => answer(appliedFrom('/x.yaml'), { code: 0, stdout, stderr: '' });
  expect(parsed('Namespace   v1   <none>      dashboard\nDeployment  apps/v1   dashboard   web\n')).toEqual([
    { kind: 'Namespace', namespace: undefined, name: 'dashboard' },
    { kind: 'Deployment.apps', namespace: 'dashboard', name: 'web' },
  ]);
  expect(parsed('')).toEqual([]);
  const unknown = { code: 1, stdout: 'Namespace  v1  <none>  a\n', stderr: 'error: no matches for kind "Widget"\n' };
  expect(answer(appliedFrom('/x.yaml'), unknown)).toHaveLength(1);
  expect(() => answer(appliedFrom('/x.yaml'), { ...unknown, stderr: 'the connection was refused\n' })).toThrow(
    'refused',
  );
  const stderr = 'error: rollout status is only available for RollingUpdate strategy type\n';
  expect(answer(rolledOut('a', 'daemonset/b'), { code: 1, stdout: '', stderr })).toEqual([]);
});

it.each<[kind: Conditional, status: object, words: string[]]>([
  ['Job.batch', { conditions: [{ type: 'Complete', status: 'True' }] }, []],
  ['Job.batch', { succeeded: 1 }, ['job/x: 1 of 3 completions']],
  [
    'Job.batch',
    { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'it gave up' }] },
    ['job/x failed (BackoffLimitExceeded: it gave up)'],
  ],
  ['CustomResourceDefinition.apiextensions.k8s.io', {}, ['customresourcedefinition/x is not Established']],
  ['CustomResourceDefinition.apiextensions.k8s.io', { conditions: [{ type: 'Established', status: 'True' }] }, []],
  [
    'APIService.apiregistration.k8s.io',
    { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints', message: 'no endpoints' }] },
    ['apiservice/x is not Available (MissingEndpoints: no endpoints)'],
  ],
  ['APIService.apiregistration.k8s.io', { conditions: [{ type: 'Available', status: 'True' }] }, []],
])('waits for a %s by its condition: %j', (kind, status, words) => {
  const stdout = JSON.stringify({ spec: { completions: 3 }, status });
  expect(answer(conditionMet(kind, 'x', 'a'), { code: 0, stdout, stderr: '' })).toEqual(words);
});

it('does not wait for a Job that is suspended', () => {
  const stdout = JSON.stringify({ spec: { suspend: true }, status: {} });
  expect(answer(conditionMet('Job.batch', 'x', 'a'), { code: 0, stdout, stderr: '' })).toEqual([]);
});

describe('objects of kinds that their own manifest defines', () => {
  const path = `${folder}/limits.yaml`;
  const defined = {
    kind: 'CustomResourceDefinition.apiextensions.k8s.io',
    namespace: undefined,
    name: 'widgets.example.org',
  };
  const host = (found: Applied[]): FakeHost => {
    const one = new FakeHost(wanted, 'm1').tells(appliedFrom(path), found).obeys(/ wait .*customresourcedefinition/);
    let failures = 1;
    const run = one.run.bind(one);
    one.obeys(/apply/).run = (command) =>
      / apply /.test(command) && failures-- > 0
        ? Promise.reject(new Error('no matches for kind "Widget"'))
        : run(command);
    return one;
  };

  it('are applied once the API knows these', async () => {
    const one = host([defined]);
    await applyManifests(one, [{ path }]);
    expect(one.done).toEqual([
      expect.stringMatching(/wait --for=condition=Established .*widgets\.example\.org/),
      expect.stringContaining('apply'),
    ]);
  });

  it('fail as they failed where it defines none', async () =>
    expect(applyManifests(host([]), [{ path }])).rejects.toThrow('no matches for kind'));
});
