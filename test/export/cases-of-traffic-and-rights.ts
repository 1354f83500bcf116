import type { Case } from './case.js';

const metadata = { name: 'web', namespace: 'shop' };

export const trafficAndRightsCases: readonly Case[] = [
  {
    title: 'an Ingress of extensions/v1beta1',
    old: {
      apiVersion: 'extensions/v1beta1',
      kind: 'Ingress',
      metadata: {
        ...metadata,
        annotations: { 'kubernetes.io/ingress.class': 'nginx', 'ingress.kubernetes.io/ssl-redirect': 'false' },
      },
      spec: {
        backend: { serviceName: 'fallback', servicePort: 'http' },
        rules: [
          {
            host: 'shop.example',
            http: {
              paths: [
                { path: '/', backend: { serviceName: 'web', servicePort: 80 } },
                { backend: { serviceName: 'web', servicePort: '81' } },
              ],
            },
          },
        ],
      },
    },
    today: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations: { 'ingress.kubernetes.io/ssl-redirect': 'false' } },
      spec: {
        defaultBackend: { service: { name: 'fallback', port: { name: 'http' } } },
        rules: [
          {
            host: 'shop.example',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'ImplementationSpecific',
                  backend: { service: { name: 'web', port: { number: 80 } } },
                },
                { pathType: 'ImplementationSpecific', backend: { service: { name: 'web', port: { number: 81 } } } },
              ],
            },
          },
        ],
        ingressClassName: 'nginx',
      },
    },
    words: [/wants an IngressClass nginx/, /ssl-redirect/],
  },
  {
    title: 'a NetworkPolicy of extensions/v1beta1',
    old: { apiVersion: 'extensions/v1beta1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {} } },
    today: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {} } },
  },
  {
    title: 'a PodDisruptionBudget that chose no pod',
    old: {
      apiVersion: 'policy/v1beta1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { minAvailable: 1, selector: {} },
    },
    today: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { minAvailable: 1 } },
    words: [/in policy\/v1 it chooses every pod/],
  },
  {
    title: 'a HorizontalPodAutoscaler of autoscaling/v2beta1 with every kind of metric',
    old: {
      apiVersion: 'autoscaling/v2beta1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { ...metadata, annotations: { 'autoscaling.alpha.kubernetes.io/conditions': '[]' } },
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'extensions/v1beta1', kind: 'Deployment', name: 'web' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 70 } },
          { type: 'Resource', resource: { name: 'memory', targetAverageValue: '1Gi' } },
          { type: 'Pods', pods: { metricName: 'rps', targetAverageValue: '10' } },
          {
            type: 'Object',
            object: {
              metricName: 'hits',
              targetValue: '5',
              target: { apiVersion: 'extensions/v1beta1', kind: 'Ingress', name: 'web' },
            },
          },
          {
            type: 'External',
            external: { metricName: 'queue', metricSelector: { matchLabels: { q: 'a' } }, targetValue: '9' },
          },
        ],
      },
    },
    today: {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
          { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
          { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } },
          {
            type: 'Object',
            object: {
              describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' },
              metric: { name: 'hits' },
              target: { type: 'Value', value: '5' },
            },
          },
          {
            type: 'External',
            external: {
              metric: { name: 'queue', selector: { matchLabels: { q: 'a' } } },
              target: { type: 'Value', value: '9' },
            },
          },
        ],
      },
    },
    words: [/metrics-server/],
  },
  {
    title: 'rights on the group extensions, where those resources are today',
    old: {
      apiVersion: 'rbac.authorization.k8s.io/v1beta1',
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: ['', 'extensions'], resources: ['pods', 'deployments', 'ingresses'], verbs: ['get'] },
        { apiGroups: ['extensions'], resources: ['podsecuritypolicies'], verbs: ['use'] },
        { apiGroups: ['apps', 'extensions'], resources: ['deployments', 'deployments/scale'], verbs: ['*'] },
      ],
    },
    today: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['pods', 'deployments', 'ingresses'], verbs: ['get'] },
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] },
        { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get'] },
        { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'], verbs: ['*'] },
      ],
    },
    words: [/PodSecurityPolicies, which are gone/],
  },
  {
    title: 'subjects of v1alpha1',
    old: {
      apiVersion: 'rbac.authorization.k8s.io/v1alpha1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all' },
      subjects: [
        { kind: 'User', name: '*', apiVersion: 'rbac.authorization.k8s.io/v1alpha1' },
        { kind: 'ServiceAccount', name: 'tiller', namespace: 'kube-system', apiVersion: 'v1' },
      ],
      roleRef: { kind: 'ClusterRole', name: 'view' },
    },
    today: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all' },
      subjects: [
        { kind: 'Group', name: 'system:authenticated', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'ServiceAccount', name: 'tiller', namespace: 'kube-system' },
      ],
      roleRef: { kind: 'ClusterRole', name: 'view', apiGroup: 'rbac.authorization.k8s.io' },
    },
    words: [/kube-system\/tiller stays behind/],
  },
  {
    title: 'a Service, with its annotations as fields and an address of the new cluster',
    old: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        ...metadata,
        annotations: {
          'service.alpha.kubernetes.io/tolerate-unready-endpoints': 'true',
          'service.beta.kubernetes.io/external-traffic': 'OnlyLocal',
        },
      },
      spec: {
        type: 'NodePort',
        clusterIP: '10.96.0.7',
        healthCheckNodePort: 31000,
        ports: [{ port: 80, nodePort: 8080 }],
      },
    },
    today: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'NodePort',
        ports: [{ port: 80, nodePort: 8080 }],
        publishNotReadyAddresses: true,
        externalTrafficPolicy: 'Local',
      },
    },
    words: [/nodePort 8080 is outside/],
  },
  {
    title: 'a headless Service, which stays headless',
    old: { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: 'None' } },
    today: { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: 'None' } },
  },
];
