import type { Cluster, Machine } from './cluster.js';
import { controlPlanes, etcdHosts, loadBalancers, nodes } from './roles.js';

/** Something that a host listens to. */
export interface Opening {
  /** IP protocols by their names; VRRP is 112, IP in IP is 4 (IANA). */
  readonly protocol: 'tcp' | 'udp' | 'vrrp' | 'ipip';
  /** VRRP and IP in IP know no ports. */
  readonly port?: number;
  /** Who listens. */
  readonly of: string;
  /** Asked from the host itself only: no firewall needs to let it in. */
  readonly local?: true;
}

/**
 * What the roles of a host listen to (kubernetes.io, ports and protocols; etcd.io, configuration options; docs.tigera.io,
 * Calico's network requirements; RFC 9568 for VRRP).
 */
export function openings(cluster: Cluster, machine: Machine): Opening[] {
  const { controlPlaneEndpoint: endpoint, networking } = cluster;
  const byRole: readonly (readonly [Machine[], ...Opening[]])[] = [
    [
      controlPlanes(cluster),
      { protocol: 'tcp', port: 6443, of: 'API server' },
      { protocol: 'tcp', port: 10257, of: 'controller manager', local: true },
      { protocol: 'tcp', port: 10259, of: 'scheduler', local: true },
    ],
    [
      etcdHosts(cluster),
      { protocol: 'tcp', port: 2379, of: 'etcd, clients' },
      { protocol: 'tcp', port: 2380, of: 'etcd, peers' },
    ],
    [
      nodes(cluster),
      { protocol: 'tcp', port: 10250, of: 'kubelet' },
      { protocol: 'tcp', port: 10256, of: 'kube-proxy', local: true },
      ...podNetwork(networking.calico.encapsulation),
    ],
    [
      loadBalancers(cluster),
      { protocol: 'tcp', port: endpoint.port, of: 'haproxy' },
      { protocol: 'vrrp', of: 'keepalived' },
    ],
  ];
  return byRole.flatMap(([machines, ...found]) => (machines.includes(machine) ? found : []));
}

/** Without an overlay, and with IP in IP, Calico tells routes by BGP. */
function podNetwork(encapsulation: Cluster['networking']['calico']['encapsulation']): Opening[] {
  if (encapsulation === 'vxlan') return [{ protocol: 'udp', port: 4789, of: 'pods, VXLAN' }];
  const bgp: Opening = { protocol: 'tcp', port: 179, of: 'Calico, BGP' };
  return encapsulation === 'ipip' ? [bgp, { protocol: 'ipip', of: 'pods, IP in IP' }] : [bgp];
}
