import type { Cluster, Machine } from './cluster.js';

export type Role = Machine['roles'][number];

const having = (cluster: Cluster, role: Role): Machine[] => cluster.hosts.filter((host) => host.roles.includes(role));

export const allHosts = (cluster: Cluster): Machine[] => cluster.hosts;

export const controlPlanes = (cluster: Cluster): Machine[] => having(cluster, 'control-plane');

/** Hosts of etcd: those that say so, else the control planes. */
export function etcdHosts(cluster: Cluster): Machine[] {
  const own = having(cluster, 'etcd');
  return own.length > 0 ? own : controlPlanes(cluster);
}

/** Every control plane carries a member of etcd, and nobody else does: what kubeadm calls a stacked cluster and looks after. */
export const isStacked = (cluster: Cluster): boolean =>
  cluster.hosts.every((host) => controlPlanes(cluster).includes(host) === etcdHosts(cluster).includes(host));

/** Workers that are not also control planes: those join with `kubeadm join`. */
export const workers = (cluster: Cluster): Machine[] =>
  having(cluster, 'worker').filter((host) => !host.roles.includes('control-plane'));

/** Hosts that become nodes of the cluster. */
export const nodes = (cluster: Cluster): Machine[] => [...controlPlanes(cluster), ...workers(cluster)];

/** Hosts that run containers: the nodes, and etcd hosts of their own. */
export const containerHosts = (cluster: Cluster): Machine[] =>
  cluster.hosts.filter((host) => host.roles.some((role) => role !== 'load-balancer'));

/** Hosts of haproxy and keepalived: those that say so, else the control planes; none when the endpoint is external. */
export function loadBalancers(cluster: Cluster): Machine[] {
  if (cluster.controlPlaneEndpoint.type === 'external') return [];
  const own = having(cluster, 'load-balancer');
  return own.length > 0 ? own : controlPlanes(cluster);
}

/** Name or address at which everybody reaches the API; a virtual address may have a name. */
export const endpointHost = ({ controlPlaneEndpoint: endpoint }: Pick<Cluster, 'controlPlaneEndpoint'>): string =>
  endpoint.host ?? (endpoint.type === 'vip' ? endpoint.vip : '');

/** `host:port` at which everybody reaches the API. */
export function apiEndpoint({ controlPlaneEndpoint: endpoint }: Cluster): string {
  return `${endpointHost({ controlPlaneEndpoint: endpoint })}:${endpoint.port}`;
}
