import type { Case } from './case.js';

const metadata = { name: 'web', namespace: 'shop' };
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'registry.example/web:1' }] } };
const unlimited = 2147483647;

export const workloadCases: readonly Case[] = [
  {
    title: 'a Deployment of extensions/v1beta1 with its defaults written out',
    old: {
      apiVersion: 'extensions/v1beta1',
      kind: 'Deployment',
      metadata: {
        ...metadata,
        uid: 'u',
        resourceVersion: '7',
        selfLink: '/apis',
        creationTimestamp: '2018-01-01T00:00:00Z',
        generation: 3,
        annotations: {
          'deployment.kubernetes.io/revision': '4',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        },
      },
      spec: { replicas: 2, rollbackTo: { revision: 0 }, template },
      status: { replicas: 2 },
    },
    today: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, labels },
      spec: {
        replicas: 2,
        template,
        selector: { matchLabels: labels },
        revisionHistoryLimit: unlimited,
        progressDeadlineSeconds: unlimited,
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
      },
    },
    words: [/selector is written out/, /kept every revision; today it is 10/, /rollbackTo is dropped/],
  },
  {
    title: 'a Deployment of extensions/v1beta1 that says what it wants',
    old: {
      apiVersion: 'extensions/v1beta1',
      kind: 'Deployment',
      metadata: { ...metadata, labels: { own: 'yes' } },
      spec: {
        selector: { matchLabels: labels },
        template,
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: 60,
        strategy: { type: 'Recreate' },
      },
    },
    today: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, labels: { own: 'yes' } },
      spec: {
        selector: { matchLabels: labels },
        template,
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: 60,
        strategy: { type: 'Recreate' },
      },
    },
  },
  {
    title: 'a Deployment of apps/v1beta1, which kept two revisions',
    old: { apiVersion: 'apps/v1beta1', kind: 'Deployment', metadata: { ...metadata, labels }, spec: { template } },
    today: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, labels },
      spec: { template, selector: { matchLabels: labels }, revisionHistoryLimit: 2 },
    },
  },
  {
    title: 'a DaemonSet of extensions/v1beta1, whose pods are replaced when they are deleted',
    old: {
      apiVersion: 'extensions/v1beta1',
      kind: 'DaemonSet',
      metadata: { ...metadata, labels },
      spec: { template, templateGeneration: 2 },
    },
    today: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { ...metadata, labels },
      spec: { template, selector: { matchLabels: labels }, updateStrategy: { type: 'OnDelete' } },
    },
    words: [/updateStrategy.type: OnDelete is written out.*today it is RollingUpdate/],
  },
  {
    title: 'a DaemonSet of apps/v1beta2, whose default is today’s',
    old: {
      apiVersion: 'apps/v1beta2',
      kind: 'DaemonSet',
      metadata,
      spec: { selector: { matchLabels: labels }, template },
    },
    today: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: { selector: { matchLabels: labels }, template },
    },
  },
  {
    title: 'a StatefulSet of apps/v1beta1, with the class of its claims as an annotation',
    old: {
      apiVersion: 'apps/v1beta1',
      kind: 'StatefulSet',
      metadata: { ...metadata, labels },
      spec: {
        serviceName: 'web',
        template,
        volumeClaimTemplates: [
          {
            metadata: {
              name: 'data',
              creationTimestamp: null,
              annotations: { 'volume.beta.kubernetes.io/storage-class': 'fast' },
            },
            spec: { accessModes: ['ReadWriteOnce'] },
            status: { phase: 'Pending' },
          },
        ],
      },
    },
    today: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { ...metadata, labels },
      spec: {
        serviceName: 'web',
        template,
        selector: { matchLabels: labels },
        updateStrategy: { type: 'OnDelete' },
        volumeClaimTemplates: [
          { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast' } },
        ],
      },
    },
    words: [/data of its claims is not moved/],
  },
  {
    title: 'a ReplicaSet of extensions/v1beta1',
    old: {
      apiVersion: 'extensions/v1beta1',
      kind: 'ReplicaSet',
      metadata: { ...metadata, labels },
      spec: { template },
    },
    today: {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { ...metadata, labels },
      spec: { template, selector: { matchLabels: labels } },
    },
  },
  {
    title: 'a ReplicaSet without labels, which nobody would take',
    old: {
      apiVersion: 'extensions/v1beta1',
      kind: 'ReplicaSet',
      metadata,
      spec: { template: { spec: template.spec } },
    },
    today: {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata,
      spec: { template: { metadata: {}, spec: template.spec } },
    },
    words: [/neither a selector nor labels/],
  },
  {
    title: 'a CronJob of batch/v1beta1, with a time zone in its schedule',
    old: {
      apiVersion: 'batch/v1beta1',
      kind: 'CronJob',
      metadata,
      spec: {
        schedule: 'TZ=Europe/Zurich 5 4 * * *',
        jobTemplate: { metadata: { creationTimestamp: null }, spec: { template } },
      },
    },
    today: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: { schedule: '5 4 * * *', timeZone: 'Europe/Zurich', jobTemplate: { metadata: {}, spec: { template } } },
    },
  },
  {
    title: 'a CronJob of batch/v2alpha1, which kept every Job',
    old: {
      apiVersion: 'batch/v2alpha1',
      kind: 'CronJob',
      metadata,
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
    },
    today: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template }, metadata: {} },
        successfulJobsHistoryLimit: unlimited,
        failedJobsHistoryLimit: unlimited,
      },
    },
    words: [/time zone of kube-controller-manager/],
  },
  {
    title: 'a Job under way, without what its controller wrote',
    old: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { ...metadata, labels: { 'controller-uid': 'u', 'job-name': 'web', team: 'a' } },
      spec: {
        selector: { matchLabels: { 'controller-uid': 'u' } },
        template: { metadata: { labels: { 'controller-uid': 'u', 'job-name': 'web' } }, spec: template.spec },
      },
    },
    today: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { ...metadata, labels: { team: 'a' } },
      spec: { template: { metadata: {}, spec: template.spec } },
    },
    words: [/begins anew/],
  },
];
