import type { Cluster, Machine } from '../../cluster/cluster.js';
import type { Address } from '../../facts/network.js';

/** The interface that carries the virtual address: the spec's, else the one with the host's own address. */
export function deviceOf(
  { controlPlaneEndpoint: endpoint }: Cluster,
  machine: Machine,
  found: readonly Address[],
): string {
  const named = endpoint.type === 'vip' ? endpoint.interface : undefined;
  const device = named ?? found.find(({ address }) => address === machine.address)?.device;
  if (!device) throw new Error(`no interface of ${machine.name} has the address ${machine.address}`);
  return device;
}
