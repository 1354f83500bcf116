export const namespace = 'kube-system';

/** What Calico's programs may ask of the API and do there (docs.projectcalico.org, v3.0, RBAC), by their service accounts. */
const rules: Readonly<Record<string, readonly object[]>> = {
  'calico-node': [
    { apiGroups: [''], resources: ['pods', 'nodes', 'namespaces', 'serviceaccounts'], verbs: ['get'] },
    { apiGroups: [''], resources: ['pods/status', 'nodes/status'], verbs: ['patch'] },
  ],
  'calico-kube-controllers': [
    {
      apiGroups: [''],
      resources: ['pods', 'nodes', 'namespaces', 'serviceaccounts'],
      verbs: ['get', 'list', 'watch'],
    },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'list', 'watch'] },
  ],
};

const rbac = 'rbac.authorization.k8s.io';

export const account = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace },
});

export const roleOf = (name: string): object[] => [
  { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules: rules[name] ?? [] },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  },
];
