import type { Cluster, Machine } from '../../cluster/cluster.js';
import { apiEndpoint, apiServerUrl, controlPlanes } from '../../cluster/roles.js';
import { quote, sh } from '../../facts/sh.js';

/** Where signed certificates of kubeconfigs and their keys lie from when they are signed until kubeadm has ended. */
export const signedFolder = '/etc/kubernetes/kha/signed';
/** The certificate of who signed them: a worker has no other before it joins. */
export const authorityFile = `${signedFolder}/ca.crt`;

/** A kubeconfig that kubeadm would make with the key of the cluster's authority, and finds there where that is away. */
export interface Kubeconfig {
  /** Below /etc/kubernetes. */
  readonly name: string;
  /** The user's name, and groups (kubeadm, phases/kubeconfig/kubeconfig.go). */
  readonly user: string;
  readonly groups: readonly string[];
  readonly server: string;
}

/** A control plane's five, and the kubelet's alone of a worker. */
export function kubeconfigs(cluster: Cluster, machine: Machine): Kubeconfig[] {
  const endpoint = `https://${apiEndpoint(cluster)}`;
  const own = apiServerUrl(machine);
  const master = controlPlanes(cluster).includes(machine);
  const kubelet: Kubeconfig = {
    name: 'kubelet.conf',
    user: `system:node:${machine.name}`,
    groups: ['system:nodes'],
    // A kubelet must not be newer than its API server, so on a control plane it talks to that host's own.
    server: master ? own : endpoint,
  };
  if (!master) return [kubelet];
  return [
    { name: 'admin.conf', user: 'kubernetes-admin', groups: ['kubeadm:cluster-admins'], server: endpoint },
    { name: 'super-admin.conf', user: 'kubernetes-super-admin', groups: ['system:masters'], server: endpoint },
    { name: 'controller-manager.conf', user: 'system:kube-controller-manager', groups: [], server: own },
    { name: 'scheduler.conf', user: 'system:kube-scheduler', groups: [], server: own },
    kubelet,
  ];
}

/**
 * Shell that lays a host's kubeconfigs where kubeadm looks for them, made on the host out of what was signed and its keys,
 * which no command line and no unit of systemd ever has.
 */
export const layKubeconfigs = (cluster: Cluster, machine: Machine): string[] => [
  '(',
  '  umask 077',
  sh`  ca=$(base64 -w 0 ${authorityFile})`,
  ...kubeconfigs(cluster, machine).flatMap(({ name, user, server }) => [
    sh`  cert=$(base64 -w 0 ${`${signedFolder}/${name}.crt`})`,
    sh`  key=$(base64 -w 0 ${`${signedFolder}/${name}.key`})`,
    `  printf '%s\\n' ${text(cluster, user, server)} >${`/etc/kubernetes/${name}.new`}`,
    sh`  sync ${`/etc/kubernetes/${name}.new`}; mv -fT ${`/etc/kubernetes/${name}.new`} ${`/etc/kubernetes/${name}`}`,
  ]),
  ')',
];

/** As kubeadm writes them, each line a word of shell; the three in double quotes are variables. */
function text(cluster: Cluster, user: string, server: string): string {
  const context = `${user}@${cluster.name}`;
  return [
    ...['apiVersion: v1', 'kind: Config', 'clusters:', '- cluster:'].map(quote),
    '"    certificate-authority-data: $ca"',
    ...[`    server: ${server}`, `  name: ${cluster.name}`, 'contexts:', '- context:'].map(quote),
    ...[`    cluster: ${cluster.name}`, `    user: ${user}`, `  name: ${context}`].map(quote),
    ...[`current-context: ${context}`, 'users:', `- name: ${user}`, '  user:'].map(quote),
    '"    client-certificate-data: $cert"',
    '"    client-key-data: $key"',
  ].join(' ');
}
