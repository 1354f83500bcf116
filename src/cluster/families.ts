import type { Cluster, Machine } from './cluster.js';
import { familyOf, type Family } from './ip.js';

type Networks = Pick<Cluster, 'networking'>;

/** Networks of pods or services, one of each family: kubeadm has both in one field, with a comma between. */
export const each = (subnets: string): string[] => subnets.split(',');

export const podSubnets = ({ networking }: Networks): string[] => each(networking.podSubnet);

export const serviceSubnets = ({ networking }: Networks): string[] => each(networking.serviceSubnet);

/** What hosts, etcd, the API and the virtual address talk by: the family of the hosts’ addresses, which is that of the first networks. */
export const primaryFamily = ({ hosts }: { readonly hosts: readonly Pick<Machine, 'address'>[] }): Family =>
  familyOf(hosts[0]?.address ?? '');

/** The network of pods of one family, where there is one. */
export const podSubnetOf = (cluster: Networks, family: Family): string | undefined =>
  podSubnets(cluster).find((subnet) => familyOf(subnet) === family);

/** Pods and services have an IPv6 address beside their IPv4 one (kubernetes.io, dual-stack). */
export const isDualStack = (cluster: Networks): boolean => podSubnets(cluster).length > 1;

/** A host's own addresses, the primary one first. */
export const addressesOf = ({ address, secondaryAddress }: Pick<Machine, 'address' | 'secondaryAddress'>): string[] =>
  secondaryAddress === undefined ? [address] : [address, secondaryAddress];

/** A host's IPv6 address, whether it is the first or the second. */
export const ipv6AddressOf = (machine: Pick<Machine, 'address' | 'secondaryAddress'>): string | undefined =>
  addressesOf(machine).find((one) => familyOf(one) === 6);

/** Where one host's programs reach its etcd: at ::1 those that kubeadm starts on a host of IPv6, at 127.0.0.1 kha's own. */
export const loopbacks = ({ address }: Pick<Machine, 'address'>): string[] => [
  '127.0.0.1',
  ...(familyOf(address) === 6 ? ['::1'] : []),
];
