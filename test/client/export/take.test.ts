import { afterEach, describe, expect, it } from 'vitest';
import { openApi } from '../../../src/client/export/api.js';
import { loginOf } from '../../../src/client/export/login.js';
import { takeObjects, type Taken } from '../../../src/client/export/take.js';
import { fakeApi, type Answer, type FakeApi } from './fake-api.js';

const group = (name: string, ...versions: string[]): object => ({
  name,
  versions: versions.map((version) => ({ groupVersion: `${name}/${version}` })),
  preferredVersion: { groupVersion: `${name}/${versions[0]}` },
});
const resources = (...kinds: (readonly [string, string])[]): object => ({
  resources: [
    ...kinds.map(([name, kind]) => ({ name, kind, verbs: ['get', 'list'] })),
    { name: `${kinds[0]?.[0]}/status`, kind: 'Status', verbs: ['get', 'list'] },
    { name: 'bindings', kind: 'Binding', verbs: ['create'] },
  ],
});
const list = (names: readonly string[], more?: string): object => ({
  kind: 'List',
  metadata: more === undefined ? {} : { continue: more },
  items: names.map((name) => ({ metadata: { name } })),
});

/** A cluster of 1.9 with a Deployment in three versions, an add-on's API, and objects in two pages. */
const old = (): Record<string, readonly Answer[]> => ({
  '/version': [{ gitVersion: 'v1.9.0' }],
  '/apis': [
    {
      groups: [
        group('apiregistration.k8s.io', 'v1beta1'),
        group('extensions', 'v1beta1'),
        group('apps', 'v1', 'v1beta2'),
        group('metrics.k8s.io', 'v1beta1'),
      ],
    },
  ],
  '/apis/apiregistration.k8s.io/v1beta1/apiservices?limit=500': [
    {
      items: [
        { metadata: { name: 'v1.' }, spec: { version: 'v1', service: null } },
        {
          metadata: { name: 'm' },
          spec: { group: 'metrics.k8s.io', version: 'v1beta1', service: { name: 'metrics', namespace: 'kube-system' } },
        },
      ],
    },
  ],
  '/api/v1': [resources(['configmaps', 'ConfigMap'], ['events', 'Event'])],
  '/apis/apiregistration.k8s.io/v1beta1': [resources(['apiservices', 'APIService'])],
  '/apis/extensions/v1beta1': [resources(['deployments', 'Deployment'], ['podsecuritypolicies', 'PodSecurityPolicy'])],
  '/apis/apps/v1': [resources(['deployments', 'Deployment'], ['daemonsets', 'DaemonSet'])],
  '/apis/apps/v1beta2': [resources(['deployments', 'Deployment'], ['daemonsets', 'DaemonSet'])],
  '/api/v1/configmaps?limit=500': [list(['a', 'b'], 'next page')],
  '/api/v1/configmaps?limit=500&continue=next%20page': [list(['c'])],
  '/apis/extensions/v1beta1/deployments?limit=500': [list(['web'])],
  '/apis/extensions/v1beta1/podsecuritypolicies?limit=500': [list(['tight'])],
  '/apis/apps/v1/daemonsets?limit=500': [{ items: null, metadata: {} }],
});

describe('takeObjects', () => {
  let api: FakeApi;
  afterEach(() => api.end());
  async function take(
    answers: Record<string, readonly Answer[]>,
    which: 'kubeconfig' | 'stranger' = 'kubeconfig',
  ): Promise<Taken> {
    api = await fakeApi(answers);
    const { ask, end } = openApi(await loginOf(api[which], 'f'), { silence: 5_000, tries: 3, pause: 1 });
    return takeObjects(ask).finally(end);
  }

  it('takes each kind once, page by page, in the version that tells most', async () => {
    const { version, objects, unread } = await take(old());
    expect(version).toBe('v1.9.0');
    expect(
      objects.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${String(metadata['name'])}`),
    ).toEqual([
      ...['a', 'b', 'c'].map((name) => `v1 ConfigMap ${name}`),
      'apiregistration.k8s.io/v1beta1 APIService v1.',
      'apiregistration.k8s.io/v1beta1 APIService m',
      'extensions/v1beta1 Deployment web',
      'extensions/v1beta1 PodSecurityPolicy tight',
    ]);
    expect(unread).toEqual([
      expect.stringMatching(/^metrics\.k8s\.io\/v1beta1: another API server keeps it \(kube-system\/metrics\)/),
    ]);
    expect(api.asked.filter((path) => path.includes('events'))).toEqual([]);
  });

  it('begins a list anew whose continuation has ended', async () => {
    const page = '/api/v1/configmaps?limit=500&continue=next%20page';
    const { objects } = await take({ ...old(), [page]: [{ status: 410, message: 'expired' }, list(['c'])] });
    expect(objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata['name'])).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it.each([
    ['is cut off', ['cut' as const]],
    ['is too busy', [{ status: 429, message: 'slow down' }]],
    ['has lost etcd', [{ status: 503, message: 'etcd is away' }]],
  ])('asks again while the API %s', async (_, trouble) => {
    const path = '/apis/extensions/v1beta1/deployments?limit=500';
    const { objects } = await take({ ...old(), [path]: [...trouble, list(['web'])] });
    expect(objects.filter(({ kind }) => kind === 'Deployment')).toHaveLength(1);
  });

  it.each([
    [
      'an API that stays cut off',
      ['cut' as const],
      /daemonsets.*(aborted|socket hang up|ECONNRESET)[\s\S]*Next: .*nothing was written/,
      3,
    ],
    [
      'rights that do not reach',
      [{ status: 403, message: 'daemonsets is forbidden' }],
      /GET https.*daemonsets\?limit=500: 403 daemonsets is forbidden/,
      1,
    ],
    ['an answer that is no list', [{ some: 'thing' }], /daemonsets: the answer is no list/, 1],
  ])('gives nothing of %s', async (_, answers, words, times) => {
    const path = '/apis/apps/v1/daemonsets?limit=500';
    await expect(take({ ...old(), [path]: answers })).rejects.toThrow(words);
    expect(api.asked.filter((one) => one === path)).toHaveLength(times);
  });

  it('refuses an API server of another authority, at once', async () => {
    await expect(take(old(), 'stranger')).rejects.toThrow(
      /\/version: .*certificate[\s\S]*Next: see that the kubeconfig has the authority/,
    );
    expect(api.asked).toEqual([]);
  });
});
