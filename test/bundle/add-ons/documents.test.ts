import { expect, it } from 'vitest';
import { ChartRefused, manifestOf } from '../../../src/bundle/add-ons/documents.js';

const printed = `---
# Source: web/crds/widgets.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.org }
spec: { scope: Cluster, names: { kind: Widget } }
---
# Source: web/templates/empty.yaml
---
# Source: web/templates/widget.yaml
apiVersion: example.org/v1
kind: Widget
metadata:
  name: one
---
# Source: web/templates/role.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
    name: reader
---
# Source: web/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
    labels: { app: yes }
    name: web # 0644
spec:
  template:
    spec:
      initContainers: [{ name: a, image: "example.org/init:1" }]
      containers:
        - image: example.org/web:2
          name: image
---
# Source: web/templates/flow.yaml
{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"image": "example.org/no:1"}}
---
# Source: web/templates/elsewhere.yaml
apiVersion: v1
kind: Service
metadata:
  name: dns
  namespace: kube-system
---
# Source: web/templates/tests/test.yaml
apiVersion: v1
kind: Pod
metadata: { name: test, annotations: { "helm.sh/hook": test } }
`;

it('is the namespace, the kinds, and the rest in their namespaces, with every other byte as it was', () => {
  const made = manifestOf(printed, 'site');
  expect(made.match(/^(kind: \w+|\{.*"kind": "\w+")/gm)).toEqual([
    'kind: Namespace',
    'kind: CustomResourceDefinition',
    'kind: Widget',
    'kind: ClusterRole',
    'kind: Deployment',
    '{"apiVersion": "v1", "kind": "ConfigMap"',
    'kind: Service',
  ]);
  expect(made).toContain('metadata:\n    namespace: site\n    labels: { app: yes }\n    name: web # 0644\n');
  expect(made).toContain('"metadata": {namespace: site, "name": "c"}');
  expect(made.match(/namespace: site/g)).toHaveLength(2);
  expect(manifestOf(printed, 'kube-system')).not.toContain('kind: Namespace');
});

it.each([
  [
    'a hook of an install',
    'kind: Job\nmetadata: { name: x, annotations: { "helm.sh/hook": "pre-upgrade, pre-install" } }\n',
    'Job x is a hook (pre-install), which kha does not run: switch it off by a value of the chart',
  ],
  ['no YAML', 'kind: [\n', 'web/templates/x.yaml renders to what is no YAML: '],
  ['no object', 'a: b\n', 'web/templates/x.yaml renders to something without a kind'],
])('refuses %s', (_, text, words) => {
  const made = (): string => manifestOf(`---\n# Source: web/templates/x.yaml\n${text}`, 'site');
  expect(made).toThrow(ChartRefused);
  expect(made).toThrow(words);
});
