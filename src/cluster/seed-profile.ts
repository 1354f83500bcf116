import type { Cluster } from './cluster.js';
import { seedProfile } from './seed-versions.js';

/** Whether a spec asks for the seed's own cluster. */
export const isSeed = ({ profile }: Pick<Cluster, 'profile'>): boolean => profile === seedProfile;

/** Whether members of etcd and those who ask them prove who they are; the seed's own do not unless told. */
export const etcdHasTls = (cluster: Pick<Cluster, 'profile' | 'etcd'>): boolean => cluster.etcd.tls ?? !isSeed(cluster);

/** Which API etcdctl has to be told to speak. */
export const etcdApi = (cluster: Pick<Cluster, 'profile'>): 'own' | '3' => (isSeed(cluster) ? '3' : 'own');

/** Where an API server says whether it is well; /readyz came with v1.16. */
export const apiHealth = (cluster: Pick<Cluster, 'profile'>): '/readyz' | '/healthz' =>
  isSeed(cluster) ? '/healthz' : '/readyz';

type Networking = Pick<Cluster, 'profile' | 'networking'>;

/** How pods' packets go from node to node. */
export const encapsulationOf = (cluster: Networking): 'vxlan' | 'ipip' | 'none' =>
  cluster.networking.calico.encapsulation ?? (isSeed(cluster) ? 'ipip' : 'vxlan');

export const kubeProxyModeOf = (cluster: Networking): 'nftables' | 'iptables' | 'ipvs' =>
  cluster.networking.kubeProxyMode ?? (isSeed(cluster) ? 'iptables' : 'nftables');

/** With what the profile decides where the spec leaves it open: a default that is written out is no change. */
export const settled = (cluster: Cluster): Cluster => ({
  ...cluster,
  etcd: { ...cluster.etcd, tls: etcdHasTls(cluster) },
  networking: {
    ...cluster.networking,
    kubeProxyMode: kubeProxyModeOf(cluster),
    calico: { ...cluster.networking.calico, encapsulation: encapsulationOf(cluster) },
  },
});
