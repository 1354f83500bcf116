import type { Cluster, Machine } from '../../cluster/cluster.js';
import { controlPlanes, etcdHosts } from '../../cluster/roles.js';

const pki = '/etc/kubernetes/pki';
const pair = (name: string): string[] => [`${pki}/${name}.crt`, `${pki}/${name}.key`];

/** Files of the authorities that a host must have: all on a master, etcd's alone on an etcd host of its own. */
export function authorities(cluster: Cluster, machine: Machine): string[] {
  if (!controlPlanes(cluster).includes(machine)) return pair('etcd/ca');
  return [...pair('ca'), ...pair('front-proxy-ca'), ...pair('etcd/ca'), `${pki}/sa.key`, `${pki}/sa.pub`];
}

/** A certificate of a host's own, and the phase of kubeadm that makes it. */
export interface OwnCertificate {
  readonly phase: string;
  readonly path: string;
  /** Names that it must be good for. */
  readonly names: readonly string[];
}

/** Certificates that a host makes for itself out of the shared authorities (kubernetes.io, PKI certificates). */
export function ownCertificates(cluster: Cluster, machine: Machine): OwnCertificate[] {
  const { endpoint } = cluster;
  const api = endpoint.type === 'keepalived' ? endpoint.vip : endpoint.host;
  const certificate = (phase: string, name: string, names: readonly string[] = []): OwnCertificate => ({
    phase,
    path: `${pki}/${name}.crt`,
    names,
  });
  const all: OwnCertificate[] = [];
  if (controlPlanes(cluster).includes(machine)) {
    all.push(
      certificate('apiserver', 'apiserver', [machine.name, machine.address, api]),
      certificate('apiserver-kubelet-client', 'apiserver-kubelet-client'),
      certificate('front-proxy-client', 'front-proxy-client'),
      certificate('apiserver-etcd-client', 'apiserver-etcd-client'),
    );
  }
  if (etcdHosts(cluster).includes(machine)) {
    all.push(
      certificate('etcd-server', 'etcd/server', [machine.name, machine.address]),
      certificate('etcd-peer', 'etcd/peer', [machine.name, machine.address]),
      certificate('etcd-healthcheck-client', 'etcd/healthcheck-client'),
    );
  }
  return all;
}
