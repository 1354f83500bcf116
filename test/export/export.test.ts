import { describe, expect, it } from 'vitest';
import { exportOf, needsHands } from '../../src/export/export.js';
import type { KubeObject } from '../../src/export/fields.js';
import { reportOf } from '../../src/export/report.js';

const object = (apiVersion: string, kind: string, called: string, rest: Record<string, unknown> = {}): KubeObject => {
  const [name = '', namespace] = called.split('/').reverse();
  const { metadata, ...more } = rest as { metadata?: object };
  return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), ...metadata }, ...more };
};
const rbac = 'rbac.authorization.k8s.io/v1';
const owned = (controller: boolean): Record<string, unknown> => ({
  metadata: { ownerReferences: [{ kind: 'Thing', name: 'x', uid: 'u', ...(controller ? { controller } : {}) }] },
});
const leads = { metadata: { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } } };
const selecting = object('v1', 'Service', 'shop/web', { spec: { selector: { app: 'web' } } });

/** What stays in the old cluster, and by which words; undefined: it is exported. */
const judged: readonly (readonly [KubeObject, RegExp | undefined])[] = [
  [object('v1', 'Node', 'w1'), /nodes are/],
  [object('v1', 'Event', 'shop/e'), /state/],
  [object('v1', 'ComponentStatus', 'scheduler'), /state/],
  [object('storage.k8s.io/v1', 'VolumeAttachment', 'a'), /state/],
  [object('v1', 'Namespace', 'shop'), undefined],
  [object('v1', 'Namespace', 'default'), /every cluster/],
  [object('v1', 'Namespace', 'kube-public'), /every cluster/],
  [object('v1', 'Pod', 'shop/web-1', owned(true)), /its controller/],
  [object('v1', 'Pod', 'shop/loner', owned(false)), undefined],
  [object('v1', 'Pod', 'shop/done', { status: { phase: 'Succeeded' } }), /has ended/],
  [
    object('v1', 'Pod', 'kube-system/etcd-m1', { metadata: { annotations: { 'kubernetes.io/config.mirror': 'm' } } }),
    /static/,
  ],
  [
    object('batch/v1', 'Job', 'shop/j', { status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
    /run again/,
  ],
  [object('batch/v1', 'Job', 'shop/j', { status: { active: 1 } }), undefined],
  [object('v1', 'Secret', 'shop/t', { type: 'kubernetes.io/service-account-token' }), /token of the old/],
  [object('v1', 'Secret', 'shop/s', { type: 'Opaque' }), undefined],
  [object('v1', 'ConfigMap', 'shop/c', { metadata: { deletionTimestamp: '2018-01-01T00:00:00Z' } }), /being deleted/],
  [object('v1', 'ConfigMap', 'shop/kube-root-ca.crt'), /every namespace/],
  [object('v1', 'ConfigMap', 'kube-system/kubeadm-config'), /own/],
  [object('v1', 'ConfigMap', 'kube-system/chart.v1'), /namespace of the system/],
  [object('v1', 'ServiceAccount', 'kube-system/daemon-set-controller'), /own/],
  [object('v1', 'ServiceAccount', 'kube-system/tiller'), /namespace of the system/],
  [object('v1', 'ServiceAccount', 'shop/default'), /every namespace/],
  [object('v1', 'ServiceAccount', 'shop/default', { imagePullSecrets: [{ name: 'r' }] }), undefined],
  [object(rbac, 'ClusterRole', 'system:node'), /own/],
  [
    object(rbac, 'ClusterRole', 'view', { metadata: { labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } } }),
    /own/,
  ],
  [object(rbac, 'ClusterRoleBinding', 'kubeadm:node-proxier'), /own/],
  [
    object(rbac, 'ClusterRole', 'edit', {
      metadata: {
        labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
        annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' },
      },
    }),
    /look for what was changed/,
  ],
  [object(rbac, 'ClusterRole', 'shopkeeper'), undefined],
  [object('v1', 'Service', 'default/kubernetes'), /every cluster/],
  [object('v1', 'Endpoints', 'default/kubernetes'), /every cluster/],
  [object('v1', 'Endpoints', 'shop/web'), /its controller/],
  [object('v1', 'Endpoints', 'shop/leader', leads), /its controller/],
  [object('v1', 'Endpoints', 'shop/database'), undefined],
  [object('apiregistration.k8s.io/v1beta1', 'APIService', 'v1.apps', { spec: { service: null } }), /its controller/],
  [object('scheduling.k8s.io/v1alpha1', 'PriorityClass', 'system-node-critical'), /own/],
  [object('crd.projectcalico.org/v1', 'IPPool', 'default'), /own/],
  // The kind alone says nothing: this one is a custom resource's.
  [object('example.com/v1', 'Node', 'shop/mine'), undefined],
];

const definition = (group: string, kind: string): KubeObject =>
  object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', `${kind.toLowerCase()}s.${group}`, {
    spec: { group, version: 'v1', names: { kind, plural: `${kind.toLowerCase()}s` } },
  });

describe('exportOf', () => {
  it.each(judged)('judges $kind $metadata.name', (one, words) => {
    const { left, exported } = exportOf([one, selecting, definition('example.com', 'Node')]);
    if (words) expect(left.map(({ why }) => why).join()).toMatch(words);
    else expect(left).toEqual([]);
    expect(exported.some(({ kind, name }) => kind === one.kind && name === one.metadata['name'])).toBe(
      words === undefined,
    );
  });

  it('puts each object into a file of its own, in folders in the order of their needs', () => {
    const { exported } = exportOf([
      object('v1', 'Namespace', 'shop'),
      definition('example.com', 'Thing'),
      object('example.com/v1', 'Thing', 'shop/t'),
      object('extensions/v1beta1', 'Deployment', 'shop/web'),
      object(rbac, 'ClusterRole', 'shop:read'),
      object(rbac, 'ClusterRole', 'shop_read'),
      object('v1', 'ConfigMap', `shop/${'c'.repeat(253)}`),
    ]);
    expect(exported.map(({ file }) => file)).toEqual([
      'objects/00-namespaces/namespace.shop.yaml',
      'objects/01-definitions/customresourcedefinition.things.example.com.yaml',
      'objects/11-custom-resources/shop/thing.t.yaml',
      'objects/09-workloads/shop/deployment.web.yaml',
      'objects/04-roles/clusterrole.shop_read.yaml',
      'objects/04-roles/clusterrole.shop_read.2.yaml',
      expect.stringMatching(/^objects\/05-configuration\/shop\/configmap\.c{170}\.yaml$/),
    ]);
  });

  it('tells of images by registry, of what people wrote on nodes, and of what has no successor', () => {
    const pods = (...images: string[]): object => ({
      spec: {
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: images.map((image, n) => ({ name: `c${n}`, image })) },
        },
      },
    });
    const made = exportOf([
      object('extensions/v1beta1', 'Deployment', 'shop/web', {
        ...pods('nginx', 'old.example:5000/shop/web:1', 'library/redis'),
      }),
      object('extensions/v1beta1', 'PodSecurityPolicy', 'tight'),
      object('v1', 'Node', 'w1', {
        metadata: { labels: { 'kubernetes.io/hostname': 'w1', 'beta.kubernetes.io/os': 'linux', disk: 'ssd' } },
        spec: {
          taints: [
            { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
            { key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' },
          ],
        },
      }),
    ]);
    expect(needsHands(made)).toBe(true);
    expect([...made.images]).toEqual([
      ['docker.io', ['library/redis', 'nginx']],
      ['old.example:5000', ['old.example:5000/shop/web:1']],
    ]);
    expect(made.nodes).toEqual([
      { name: 'w1', labels: { disk: 'ssd' }, taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] },
    ]);
    const report = reportOf({ cluster: 'old', version: 'v1.9.0', unread: ['metrics.k8s.io/v1beta1: elsewhere'] }, made);
    expect(report).toMatch(/# old, Kubernetes v1\.9\.0/);
    expect(report).toMatch(/- metrics\.k8s\.io\/v1beta1: elsewhere/);
    expect(report).toMatch(
      /- PodSecurityPolicy \(extensions\/v1beta1\): PodSecurityPolicy tight\. Instead: Pod Security Admission/,
    );
    expect(report).toMatch(/- Deployment shop\/web: extensions\/v1beta1 is apps\/v1; spec\.selector is written out/);
    expect(report).toMatch(/- w1: label disk=ssd, taint gpu=yes:NoSchedule/);
    expect(report).toMatch(/- nodes are the clusters’ own: 1 Node\n/);
  });

  it.each([
    ['old.example:5000/shop/web:1', 'new.example/shop/web:1'],
    ['old.example:5000/base/os@sha256:0', 'base.example/os@sha256:0'],
    ['old.example/shop/web', 'old.example/shop/web'],
    ['nginx:1.13', 'new.example/hub/nginx:1.13'],
    ['somebody/nginx', 'somebody/nginx'],
  ])('names image %s by its new registry: %s', (old, today) => {
    const registries = new Map([
      ['old.example:5000', 'new.example'],
      ['old.example:5000/base', 'base.example'],
      ['docker.io/library', 'new.example/hub'],
    ]);
    const pod = object('v1', 'Pod', 'shop/web', { spec: { containers: [{ name: 'web', image: old }] } });
    const { exported, images } = exportOf([pod], registries);
    expect(exported[0]?.object).toMatchObject({ spec: { containers: [{ image: today }] } });
    expect([...images.values()]).toEqual([[today]]);
  });

  it.each([
    [1_000, []],
    [300_000, [expect.stringMatching(/apply it with --server-side/)]],
  ])('says of an object of %i bytes how it is applied', (size, words) => {
    const { exported } = exportOf([object('v1', 'ConfigMap', 'shop/c', { data: { a: 'x'.repeat(size) } })]);
    expect(exported[0]?.notes.byHand).toEqual(words);
  });

  it('wants no hand where all is as today', () => {
    expect(needsHands(exportOf([object('v1', 'ConfigMap', 'shop/c', { data: { a: 'b' } })]))).toBe(false);
  });

  it('says nothing of what a Secret holds', () => {
    const made = exportOf([
      object('v1', 'Secret', 'shop/s', { type: 'kubernetes.io/dockerconfigjson', data: { key: 'c2VjcmV0' } }),
    ]);
    expect(reportOf({ cluster: 'old', unread: [] }, made)).not.toContain('c2VjcmV0');
    expect(made.exported[0]?.object['data']).toEqual({ key: 'c2VjcmV0' });
  });
});
