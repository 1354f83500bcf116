import { autoscaler } from './autoscaler.js';
import { ingress } from './ingress.js';
import { cronJob, job } from './jobs.js';
import { pod, podTemplate, template } from './pod.js';
import { webhooks } from './webhooks.js';
import { daemonSet, deployment, replicaSet, statefulSet } from './workloads.js';
import { row, type Kind } from './kind.js';

const oldest = ['apps/v1beta2', 'apps/v1beta1', 'extensions/v1beta1'];
const hooks = ['admissionregistration.k8s.io/v1beta1'];
const pods = 'pod template as below Pod';

/** Workloads, and what comes after them. */
export const kindsOfWorkloads: readonly Kind[] = [
  // 1.9 keeps one of extensions/v1beta1 without a deadline and limit, and fills in none where it gives it as apps/v1: what is
  // missing there would be read as today's defaults.
  row(
    'Deployment',
    oldest,
    'apps/v1',
    '09-workloads',
    [template, deployment],
    `selector and old defaults written out (revisionHistoryLimit, progressDeadlineSeconds, maxSurge, maxUnavailable); rollbackTo dropped; ${pods}`,
    'extensions/v1beta1',
  ),
  row(
    'DaemonSet',
    ['apps/v1beta2', 'extensions/v1beta1'],
    'apps/v1',
    '09-workloads',
    [template, daemonSet],
    `selector and updateStrategy OnDelete written out; templateGeneration dropped; ${pods}`,
  ),
  row(
    'StatefulSet',
    ['apps/v1beta2', 'apps/v1beta1'],
    'apps/v1',
    '09-workloads',
    [template, statefulSet],
    `selector and updateStrategy OnDelete written out; claims as PersistentVolumeClaim; ${pods}`,
  ),
  row(
    'ReplicaSet',
    ['apps/v1beta2', 'extensions/v1beta1'],
    'apps/v1',
    '09-workloads',
    [template, replicaSet],
    `selector written out; ${pods}`,
  ),
  row('ReplicationController', [], 'v1', '09-workloads', [template], pods),
  row('PodTemplate', [], 'v1', '09-workloads', [podTemplate], pods),
  row(
    'Pod',
    [],
    'v1',
    '09-workloads',
    [pod],
    'serviceAccountName; seccomp, AppArmor, sysctl and init container annotations as fields; names of nodes’ labels and taints; volumes without a driver named; nodeName and admission’s own dropped',
  ),
  row(
    'Job',
    [],
    'batch/v1',
    '09-workloads',
    [template, job],
    `generated selector dropped; those that ended are left; ${pods}`,
  ),
  row(
    'CronJob',
    ['batch/v1beta1', 'batch/v2alpha1'],
    'batch/v1',
    '09-workloads',
    [cronJob],
    `v2alpha1 kept every Job, which is written out; a TZ= in the schedule is timeZone; ${pods}`,
  ),
  row(
    'HorizontalPodAutoscaler',
    ['autoscaling/v2beta2', 'autoscaling/v2beta1'],
    'autoscaling/v2',
    '10-traffic',
    [autoscaler],
    'metrics in the shapes of v2; what is scaled has today’s apiVersion',
  ),
  row(
    'Ingress',
    ['networking.k8s.io/v1beta1', 'extensions/v1beta1'],
    'networking.k8s.io/v1',
    '10-traffic',
    [ingress],
    'backends as service.name and service.port; pathType; class annotation as ingressClassName',
  ),
  ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((kind) =>
    row(
      kind,
      hooks,
      'admissionregistration.k8s.io/v1',
      '12-webhooks',
      [webhooks],
      'old defaults written out (failurePolicy Ignore, matchPolicy Exact, timeoutSeconds 30); sideEffects and admissionReviewVersions; rules on today’s groups and versions',
    ),
  ),
  ...[
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
  ].map((kind) => row(kind, hooks, 'admissionregistration.k8s.io/v1', '12-webhooks', [], '')),
  row(
    'APIService',
    ['apiregistration.k8s.io/v1beta1'],
    'apiregistration.k8s.io/v1',
    '12-webhooks',
    [],
    'only those of servers of your own',
  ),
];
