import type { Cluster, Machine } from '../../cluster/cluster.js';
import { etcdHosts } from '../../cluster/roles.js';
import { profileOf } from '../../cluster/versions.js';
import { stream } from '../control-plane/kubeadm-documents.js';
import type { WantedFile } from '../wanted-file.js';

const pki = '/etc/kubernetes/pki/etcd';
const data = '/var/lib/etcd';

/** One member as a static pod of the kubelet (etcd.io, clustering guide and transport security). */
export function etcdManifest(cluster: Cluster, machine: Machine): WantedFile {
  const peer = `https://${machine.address}:2380`;
  const command = [
    'etcd',
    `--name=${machine.name}`,
    `--data-dir=${data}`,
    `--listen-client-urls=https://127.0.0.1:2379,https://${machine.address}:2379`,
    `--advertise-client-urls=https://${machine.address}:2379`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=${etcdHosts(cluster)
      .map(({ name, address }) => `${name}=https://${address}:2380`)
      .join(',')}`,
    `--initial-cluster-token=${cluster.name}`,
    '--initial-cluster-state=new',
    '--listen-metrics-urls=http://127.0.0.1:2381',
    `--cert-file=${pki}/server.crt`,
    `--key-file=${pki}/server.key`,
    '--client-cert-auth=true',
    `--trusted-ca-file=${pki}/ca.crt`,
    `--peer-cert-file=${pki}/peer.crt`,
    `--peer-key-file=${pki}/peer.key`,
    '--peer-client-cert-auth=true',
    `--peer-trusted-ca-file=${pki}/ca.crt`,
  ];
  const probe = (path: string, more: object): object => ({
    httpGet: { host: '127.0.0.1', path, port: 2381, scheme: 'HTTP' },
    periodSeconds: 10,
    timeoutSeconds: 15,
    ...more,
  });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'etcd', namespace: 'kube-system', labels: { component: 'etcd', tier: 'control-plane' } },
    spec: {
      hostNetwork: true,
      priority: 2_000_001_000,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'etcd',
          image: `${cluster.registry.address}/etcd:${profileOf(cluster).etcd}`,
          imagePullPolicy: 'IfNotPresent',
          command,
          resources: { requests: { cpu: '100m', memory: '100Mi' } },
          livenessProbe: probe('/livez', { failureThreshold: 8, initialDelaySeconds: 10 }),
          startupProbe: probe('/readyz', { failureThreshold: 24, periodSeconds: 5 }),
          volumeMounts: [
            { name: 'data', mountPath: data },
            { name: 'certificates', mountPath: pki, readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: 'data', hostPath: { path: data, type: 'DirectoryOrCreate' } },
        { name: 'certificates', hostPath: { path: pki, type: 'Directory' } },
      ],
    },
  };
  return { path: '/etc/kubernetes/manifests/etcd.yaml', content: stream(pod), mode: '600' };
}
