import type { Cluster, Machine } from './cluster.js';
import { controlPlanes, etcdHosts, loadBalancers, nodes, vipCarriers } from './roles.js';
import { encapsulationOf, isSeed } from './seed-profile.js';

/** Something that a host listens to. */
export interface Opening {
  /** IP protocols by their names; VRRP is 112, IP in IP is 4 (IANA). */
  readonly protocol: 'tcp' | 'udp' | 'vrrp' | 'ipip';
  /** VRRP and IP in IP know no ports. */
  readonly port?: number;
  /** Who listens. */
  readonly of: string;
  /**
   * Who asks: the cluster’s own hosts, anybody who uses the API, or the host itself, so that no firewall needs to let it in.
   */
  readonly asked: 'by hosts' | 'by anybody' | 'by itself';
}

/**
 * What the roles of a host listen to (kubernetes.io, ports and protocols; etcd.io, configuration options; docs.tigera.io,
 * Calico's network requirements; RFC 9568 for VRRP).
 */
export function openings(cluster: Cluster, machine: Machine): Opening[] {
  const { controlPlaneEndpoint: endpoint, networking } = cluster;
  const byRole: readonly (readonly [readonly Machine[], ...Opening[]])[] = [
    [
      controlPlanes(cluster),
      // A load balancer that already stands has an address that the spec does not know.
      { protocol: 'tcp', port: 6443, of: 'API server', asked: endpoint.type === 'vip' ? 'by hosts' : 'by anybody' },
      { protocol: 'tcp', port: isSeed(cluster) ? 10252 : 10257, of: 'controller manager', asked: 'by itself' },
      { protocol: 'tcp', port: isSeed(cluster) ? 10251 : 10259, of: 'scheduler', asked: 'by itself' },
    ],
    [
      etcdHosts(cluster),
      { protocol: 'tcp', port: 2379, of: 'etcd, clients', asked: 'by hosts' },
      { protocol: 'tcp', port: 2380, of: 'etcd, peers', asked: 'by hosts' },
    ],
    [
      nodes(cluster),
      { protocol: 'tcp', port: 10250, of: 'kubelet', asked: 'by hosts' },
      { protocol: 'tcp', port: 10256, of: 'kube-proxy', asked: 'by itself' },
      ...(networking.cni === 'calico' ? podNetwork(encapsulationOf(cluster)) : []),
    ],
    [
      loadBalancers(cluster),
      {
        protocol: 'tcp',
        port: endpoint.port,
        of: 'haproxy',
        asked: endpoint.type === 'local' ? 'by itself' : 'by anybody',
      },
    ],
    [vipCarriers(cluster), { protocol: 'vrrp', of: 'keepalived', asked: 'by hosts' }],
  ];
  return byRole.flatMap(([machines, ...found]) => (machines.includes(machine) ? found : []));
}

/** Without an overlay, and with IP in IP, Calico tells routes by BGP. */
function podNetwork(encapsulation: 'vxlan' | 'ipip' | 'none'): Opening[] {
  if (encapsulation === 'vxlan') return [{ protocol: 'udp', port: 4789, of: 'pods, VXLAN', asked: 'by hosts' }];
  const bgp: Opening = { protocol: 'tcp', port: 179, of: 'Calico, BGP', asked: 'by hosts' };
  return encapsulation === 'ipip' ? [bgp, { protocol: 'ipip', of: 'pods, IP in IP', asked: 'by hosts' }] : [bgp];
}
