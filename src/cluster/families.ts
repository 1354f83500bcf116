import type { Cluster, Machine } from './cluster.js';

type Networks = Pick<Cluster, 'networking'>;

/** Networks of pods or services, one of each family: kubeadm has both in one field, with a comma between. */
export const each = (subnets: string): string[] => subnets.split(',');

export const podSubnets = ({ networking }: Networks): string[] => each(networking.podSubnet);

export const serviceSubnets = ({ networking }: Networks): string[] => each(networking.serviceSubnet);

/** Pods and services have an IPv6 address beside their IPv4 one (kubernetes.io, dual-stack). */
export const isDualStack = (cluster: Networks): boolean => podSubnets(cluster).length > 1;

/** A host's own addresses, the primary one first. */
export const addressesOf = ({ address, secondaryAddress }: Pick<Machine, 'address' | 'secondaryAddress'>): string[] =>
  secondaryAddress === undefined ? [address] : [address, secondaryAddress];
