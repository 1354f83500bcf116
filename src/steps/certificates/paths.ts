import type { Cluster, Machine } from '../../cluster/cluster.js';
import type { KeyPair } from '../../facts/key-pairs.js';
import { loopbacks, serviceSubnets } from '../../cluster/families.js';
import { addressText, networkOf } from '../../cluster/ip.js';
import { controlPlanes, endpointHost, etcdHosts } from '../../cluster/roles.js';
import { etcdHasTls, isSeed } from '../../cluster/seed-profile.js';
import { furtherNames } from '../control-plane/kubeadm-documents.js';

export const pki = '/etc/kubernetes/pki';
/** Where authorities are made before they take their place, all at once. */
export const staged = '/etc/kubernetes/kha/authorities';

const authority = (name: string): KeyPair => ({ name, public: `${pki}/${name}.crt`, private: `${pki}/${name}.key` });
const etcdAuthority = authority('etcd/ca');
const masterAuthorities: readonly KeyPair[] = [
  authority('ca'),
  authority('front-proxy-ca'),
  etcdAuthority,
  { name: 'sa', public: `${pki}/sa.pub`, private: `${pki}/sa.key` },
];

/** A certificate of a host’s own, and the phase of kubeadm that makes it. */
export interface OwnCertificate {
  readonly phase: string;
  readonly path: string;
  /** The certificate and its key. */
  readonly pair: KeyPair;
  /** The certificate of the authority that signs it. */
  readonly authority: string;
  /** Names that it must be good for. */
  readonly names: readonly string[];
}

const signedFor = (phase: string, name: string, signer: string, names: readonly string[] = []): OwnCertificate => ({
  phase,
  path: `${pki}/${name}.crt`,
  pair: authority(name),
  authority: `${pki}/${signer}.crt`,
  names,
});

/** What `kubeadm alpha phase certs all` signs beside its authorities: the seed’s masters begin with the first one’s. */
export const sharedCertificates: readonly OwnCertificate[] = [
  signedFor('apiserver', 'apiserver', 'ca'),
  signedFor('apiserver-kubelet-client', 'apiserver-kubelet-client', 'ca'),
  signedFor('front-proxy-client', 'front-proxy-client', 'front-proxy-ca'),
];

/** All that `kubeadm alpha phase certs all` makes: the seed’s masters have the first one’s whole folder. */
const ofSeed: readonly KeyPair[] = [
  ...masterAuthorities.filter((one) => one !== etcdAuthority),
  ...sharedCertificates.map(({ pair }) => pair),
];

/** Hosts that have authorities: control planes, and etcd hosts of their own. */
export const authorityHosts = (cluster: Cluster): Machine[] => [
  ...new Set([...controlPlanes(cluster), ...etcdHosts(cluster)]),
];

/** Authorities that a host must have: all and the service account key on a control plane, etcd's alone on an etcd host of its own. */
export function authorities(cluster: Cluster, machine: Machine): readonly KeyPair[] {
  if (isSeed(cluster)) return [...ofSeed, ...(etcdHasTls(cluster) ? [etcdAuthority] : [])];
  return controlPlanes(cluster).includes(machine) ? masterAuthorities : [etcdAuthority];
}

/**
 * Names and address of the API within the cluster: the first address of the services' network (kubernetes.io, PKI
 * certificates). Of two networks it is the first one's: the service `kubernetes` has one family.
 */
function inside(cluster: Cluster): string[] {
  const { family, first } = networkOf(serviceSubnets(cluster)[0]!);
  const domain = cluster.networking.dnsDomain;
  return ['kubernetes', 'kubernetes.default', `kubernetes.default.svc.${domain}`, addressText(family, first + 1n)];
}

/** Certificates that a host makes for itself out of the shared authorities (kubernetes.io, PKI certificates). */
export function ownCertificates(cluster: Cluster, machine: Machine): OwnCertificate[] {
  const api = [endpointHost(cluster), ...furtherNames(cluster)];
  const all: OwnCertificate[] = [];
  if (isSeed(cluster) && !etcdHasTls(cluster)) return all;
  if (controlPlanes(cluster).includes(machine)) {
    if (!isSeed(cluster))
      all.push(
        signedFor('apiserver', 'apiserver', 'ca', [machine.name, machine.address, ...api, ...inside(cluster)]),
        signedFor('apiserver-kubelet-client', 'apiserver-kubelet-client', 'ca'),
        signedFor('front-proxy-client', 'front-proxy-client', 'front-proxy-ca'),
      );
    all.push(signedFor('apiserver-etcd-client', 'apiserver-etcd-client', 'etcd/ca'));
  }
  if (etcdHosts(cluster).includes(machine)) {
    all.push(
      signedFor('etcd-server', 'etcd/server', 'etcd/ca', [machine.name, machine.address, ...loopbacks(machine)]),
      signedFor('etcd-peer', 'etcd/peer', 'etcd/ca', [machine.name, machine.address]),
      signedFor('etcd-healthcheck-client', 'etcd/healthcheck-client', 'etcd/ca'),
    );
  }
  return all;
}
