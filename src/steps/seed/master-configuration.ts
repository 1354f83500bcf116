import type { Cluster, Machine } from '../../cluster/cluster.js';
import { imageRepository } from '../../cluster/image-names.js';
import { controlPlanes, endpointHost, sharesApiPort } from '../../cluster/roles.js';
import { etcdHasTls } from '../../cluster/seed-profile.js';
import type { Limits } from '../../facts/kernel.js';
import type { Admission } from '../control-plane/bootstrap-token.js';
import { furtherNames } from '../control-plane/kubeadm-documents.js';
import { clientUrls } from '../etcd/manifest.js';

/** Where kubeadm's configuration lies on masters. */
export const masterConfiguration = '/etc/kubernetes/kha/config.yaml';

type Value = string | number | readonly string[] | { readonly [key: string]: Value };

/** YAML in block style, as the seed has it: a line a field, each text in quotes that might read as anything else. */
function yaml(value: { readonly [key: string]: Value }, indent = ''): string {
  return Object.entries(value)
    .map(([key, one]) => {
      if (typeof one === 'number') return `${indent}${key}: ${one}\n`;
      if (typeof one === 'string') return `${indent}${key}: ${text(one)}\n`;
      if (Array.isArray(one))
        return `${indent}${key}:\n${one.map((item: string) => `${indent}- ${text(item)}\n`).join('')}`;
      return `${indent}${key}:\n${yaml(one as { readonly [key: string]: Value }, `${indent}  `)}`;
    })
    .join('');
}

/** Words that are nothing but texts in YAML: names that it has no meaning for, addresses with their ports and paths, versions. */
const plain = /^([a-z][\w./-]*|(https?:\/\/|v)?\d+\.\d+\.\d+(\.\d+)?(:\d+)?(\/[\w./-]*)?)$/i;
const meaning = /^(y|yes|n|no|on|off|true|false|null)$/i;
const text = (value: string): string => (plain.test(value) && !meaning.test(value) ? value : JSON.stringify(value));

const usual = { serviceSubnet: '10.96.0.0/12', dnsDomain: 'cluster.local' };

/**
 * Seed, lines 98 to 114. Beyond it: the certificates are good for every master, since the seed copies the first one's to all,
 * and each kubelet asks its own API server until the switch-over.
 */
export function masterDocument(cluster: Cluster, machine: Machine, { setsConntrack }: Limits): string {
  const { podSubnet, serviceSubnet, dnsDomain } = cluster.networking;
  const masters = controlPlanes(cluster);
  const pki = '/etc/kubernetes/pki';
  return yaml({
    apiVersion: 'kubeadm.k8s.io/v1alpha1',
    kind: 'MasterConfiguration',
    api: { advertiseAddress: machine.address },
    etcd: {
      endpoints: clientUrls(cluster),
      ...(etcdHasTls(cluster)
        ? {
            caFile: `${pki}/etcd/ca.crt`,
            certFile: `${pki}/apiserver-etcd-client.crt`,
            keyFile: `${pki}/apiserver-etcd-client.key`,
          }
        : {}),
    },
    networking: {
      podSubnet,
      ...(serviceSubnet === usual.serviceSubnet ? {} : { serviceSubnet }),
      ...(dnsDomain === usual.dnsDomain ? {} : { dnsDomain }),
    },
    apiServerCertSANs: [
      ...new Set([
        endpointHost(cluster),
        ...furtherNames(cluster),
        ...masters.flatMap(({ name, address }) => [name, address]),
      ]),
    ],
    imageRepository: imageRepository(cluster),
    kubernetesVersion: cluster.kubernetesVersion,
    apiServerExtraArgs: {
      'apiserver-count': String(masters.length),
      ...(sharesApiPort(cluster) ? { 'bind-address': machine.address } : {}),
    },
    // Of a host whose connection tracking belongs to a machine around it.
    ...(setsConntrack ? {} : { kubeProxy: { config: { conntrack: { maxPerCore: 0, min: 0 } } } }),
  });
}

/** What `kubeadm join` is told in a file: on its command line, as the seed has it, everybody on the host would read the token. */
export const nodeDocument = (endpoint: string, { token, caHash }: Admission): string =>
  yaml({
    apiVersion: 'kubeadm.k8s.io/v1alpha1',
    kind: 'NodeConfiguration',
    token,
    discoveryTokenAPIServers: [endpoint],
    discoveryTokenCACertHashes: [caHash],
  });
