import type { Cluster, Machine } from './cluster.js';
import { inUrl } from './ip.js';
import { onceForHosts } from './once-for-hosts.js';

export type Role = Machine['roles'][number];

type Machines = readonly Machine[];

const having = (role: Role) => onceForHosts((hosts): Machines => hosts.filter(({ roles }) => roles.includes(role)));

export const allHosts = ({ hosts }: Pick<Cluster, 'hosts'>): Machines => hosts;

export const controlPlanes = having('control-plane');

const ownEtcdHosts = having('etcd');

/** Hosts of etcd: those that say so, else the control planes. */
export function etcdHosts(cluster: Pick<Cluster, 'hosts'>): Machines {
  const own = ownEtcdHosts(cluster);
  return own.length > 0 ? own : controlPlanes(cluster);
}

/** Every control plane carries a member of etcd, and nobody else does: what kubeadm calls a stacked cluster and looks after. */
export function isStacked(cluster: Cluster): boolean {
  const [masters, members] = [new Set(controlPlanes(cluster)), new Set(etcdHosts(cluster))];
  return masters.size === members.size && [...masters].every((host) => members.has(host));
}

/** Workers that are not also control planes: those join with `kubeadm join`. */
export const workers = onceForHosts((hosts): Machines =>
  hosts.filter(({ roles }) => roles.includes('worker') && !roles.includes('control-plane')),
);

export const isNode = ({ roles }: Pick<Machine, 'roles'>): boolean =>
  roles.some((role) => role === 'control-plane' || role === 'worker');

/** Hosts that become nodes of the cluster. */
export const nodes = onceForHosts((hosts): Machines => [...controlPlanes({ hosts }), ...workers({ hosts })]);

/** Hosts that run containers: the nodes, and etcd hosts of their own. */
export const containerHosts = onceForHosts((hosts): Machines =>
  hosts.filter((host) => host.roles.some((role) => role !== 'load-balancer')),
);

const ownLoadBalancers = having('load-balancer');

/**
 * Hosts of haproxy: those that say so, else the control planes; every node where each has its own; none when the endpoint
 * is external.
 */
export function loadBalancers(cluster: Cluster): Machines {
  if (cluster.controlPlaneEndpoint.type === 'external') return [];
  if (cluster.controlPlaneEndpoint.type === 'local') return nodes(cluster);
  const own = ownLoadBalancers(cluster);
  return own.length > 0 ? own : controlPlanes(cluster);
}

/** Hosts of keepalived, which carries the virtual address. */
export const vipCarriers = (cluster: Cluster): Machines =>
  cluster.controlPlaneEndpoint.type === 'vip' ? loadBalancers(cluster) : [];

/** Where every API server listens, on its own host. */
export const apiServerPort = 6443;

/** The API server of a control plane itself, past every load balancer: loopback may be haproxy's. */
export const apiServerUrl = ({ address }: Machine): string => `https://${inUrl(address)}:${apiServerPort}`;

/**
 * haproxy has the API servers' own port on their own hosts: then it listens at the virtual address and on loopback only, and
 * each API server at its node's address only.
 */
export const sharesApiPort = (cluster: Cluster): boolean =>
  cluster.controlPlaneEndpoint.type === 'vip' &&
  cluster.controlPlaneEndpoint.port === apiServerPort &&
  loadBalancers(cluster).some((host) => controlPlanes(cluster).includes(host));

/** Name or address at which every node reaches the API; a virtual address may have a name. */
export function endpointHost({ controlPlaneEndpoint: endpoint }: Pick<Cluster, 'controlPlaneEndpoint'>): string {
  if (endpoint.type === 'local') return '127.0.0.1';
  return endpoint.type === 'vip' ? (endpoint.host ?? endpoint.vip) : endpoint.host;
}

/** `host:port` at which every node reaches the API. */
export function apiEndpoint({ controlPlaneEndpoint: endpoint }: Cluster): string {
  return `${inUrl(endpointHost({ controlPlaneEndpoint: endpoint }))}:${endpoint.port}`;
}

/** Whether a host is nothing but a worker. */
export const isWorkerOnly = ({ roles }: Machine): boolean => roles.every((role) => role === 'worker');
