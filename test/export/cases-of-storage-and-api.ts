import type { Case } from './case.js';

const metadata = { name: 'web', namespace: 'shop' };

export const storageAndApiCases: readonly Case[] = [
  {
    title: 'a claim, which is bound anew',
    old: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...metadata,
        finalizers: ['kubernetes.io/pvc-protection'],
        annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'volume.beta.kubernetes.io/storage-class': 'fast' },
      },
      spec: { volumeName: 'pv1' },
    },
    today: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { storageClassName: 'fast' } },
    words: [/data is not moved/, /bound anew/],
  },
  {
    title: 'a volume, which is not deleted with its claim in the new cluster',
    old: {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: 'pv1',
        labels: { 'failure-domain.beta.kubernetes.io/zone': 'a' },
        annotations: {
          'volume.alpha.kubernetes.io/node-affinity':
            '{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In","values":["w1"]}]}]}}',
        },
      },
      spec: {
        persistentVolumeReclaimPolicy: 'Delete',
        local: { path: '/d' },
        claimRef: { namespace: 'shop', name: 'web', uid: 'u', resourceVersion: '1' },
      },
    },
    today: {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv1', labels: { 'topology.kubernetes.io/zone': 'a' } },
      spec: {
        persistentVolumeReclaimPolicy: 'Retain',
        local: { path: '/d' },
        claimRef: { namespace: 'shop', name: 'web' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['w1'] }] },
            ],
          },
        },
      },
    },
    words: [/is Retain, where it was Delete/, /names that they have in the new cluster/],
  },
  {
    title: 'a StorageClass whose provisioner is a CSI driver today',
    old: {
      apiVersion: 'storage.k8s.io/v1beta1',
      kind: 'StorageClass',
      metadata: { name: 'fast', annotations: { 'storageclass.beta.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'kubernetes.io/aws-ebs',
    },
    today: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'kubernetes.io/aws-ebs',
    },
    words: [/ebs\.csi\.aws\.com provisions/],
  },
  {
    title: 'a CustomResourceDefinition without a schema',
    old: {
      apiVersion: 'apiextensions.k8s.io/v1beta1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        version: 'v1',
        names: { plural: 'things', kind: 'Thing' },
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'Size', type: 'string', JSONPath: '.spec.size' }],
      },
      status: { storedVersions: ['v1'] },
    },
    today: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        names: { plural: 'things', kind: 'Thing' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            additionalPrinterColumns: [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }],
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    },
  },
  {
    title: 'a webhook of v1beta1 with its defaults written out',
    old: {
      apiVersion: 'admissionregistration.k8s.io/v1beta1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'check' },
      webhooks: [
        {
          name: 'check.example.com',
          clientConfig: { service: { name: 'check', namespace: 'shop' } },
          rules: [
            { apiGroups: ['extensions'], apiVersions: ['v1beta1'], operations: ['CREATE'], resources: ['deployments'] },
          ],
        },
      ],
    },
    today: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'check' },
      webhooks: [
        {
          name: 'check.example.com',
          clientConfig: { service: { name: 'check', namespace: 'shop' } },
          rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }],
          failurePolicy: 'Ignore',
          matchPolicy: 'Exact',
          timeoutSeconds: 30,
          admissionReviewVersions: ['v1beta1'],
          sideEffects: 'None',
        },
      ],
    },
    words: [/no effect beside its answer/, /has to answer in the new cluster/],
  },
  {
    title: 'an account without its token Secrets',
    old: {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata,
      secrets: [{ name: 'web-token-abcde' }, { name: 'own' }],
    },
    today: { apiVersion: 'v1', kind: 'ServiceAccount', metadata, secrets: [{ name: 'own' }] },
    words: [/kubectl create token/],
  },
  {
    title: 'a ResourceQuota that counts in the group extensions',
    old: {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: { hard: { 'count/deployments.extensions': '4', pods: '9' } },
    },
    today: {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: { hard: { 'count/deployments.apps': '4', pods: '9' } },
    },
  },
  {
    title: 'a RuntimeClass of v1alpha1',
    old: {
      apiVersion: 'node.k8s.io/v1alpha1',
      kind: 'RuntimeClass',
      metadata: { name: 'gvisor' },
      spec: { runtimeHandler: 'runsc' },
    },
    today: { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' },
  },
  {
    title: 'a PriorityClass of v1alpha1',
    old: { apiVersion: 'scheduling.k8s.io/v1alpha1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 7 },
    today: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 7 },
  },
  {
    title: 'a HorizontalPodAutoscaler of autoscaling/v1, which is served as ever',
    old: {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        maxReplicas: 2,
        targetCPUUtilizationPercentage: 50,
        scaleTargetRef: { kind: 'ReplicationController', name: 'web' },
      },
    },
    today: {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        maxReplicas: 2,
        targetCPUUtilizationPercentage: 50,
        scaleTargetRef: { kind: 'ReplicationController', name: 'web' },
      },
    },
  },
];
