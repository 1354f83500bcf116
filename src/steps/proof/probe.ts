import type { Cluster } from '../../cluster/cluster.js';
import { isDualStack } from '../../cluster/families.js';
import { imageName } from '../../cluster/image-names.js';
import { networkProbe } from '../runtime/images.js';

/** A small HTTP server on every node, or on those that are named, and a service before them. */
export function probe(cluster: Cluster, namespace: string, nodes?: readonly string[]): object[] {
  const labels = { app: 'probe' };
  const { image, serve } = networkProbe(cluster);
  const container = {
    name: 'probe',
    image: imageName(cluster, image),
    imagePullPolicy: 'IfNotPresent',
    args: serve,
    readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'probe', namespace },
      spec: {
        selector: labels,
        ports: [{ port: 8080 }],
        ...(isDualStack(cluster) ? { ipFamilyPolicy: 'RequireDualStack' } : {}),
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'probe', namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            tolerations: [{ operator: 'Exists' }],
            ...(nodes ? { affinity: on(nodes) } : {}),
            terminationGracePeriodSeconds: 1,
            automountServiceAccountToken: false,
            containers: [container],
          },
        },
      },
    },
  ];
}

/** By the label that every kubelet gives its node, whose name kubeadm tells it. */
const on = (nodes: readonly string[]): object => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [...nodes].sort() }] },
      ],
    },
  },
});
