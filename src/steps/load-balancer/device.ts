import type { Cluster, Machine } from '../../cluster/cluster.js';
import type { Address } from '../../facts/network.js';

/** The interface with the host's own address, at which it hears the other carriers. */
export function nodeDeviceOf(machine: Machine, found: readonly Address[]): string {
  const device = found.find(({ address }) => address === machine.address)?.device;
  if (!device) throw new Error(`no interface of ${machine.name} has the address ${machine.address}`);
  return device;
}

/** The interface that carries the virtual address: the host's own word, the endpoint's, else the one with the host's own address. */
export function deviceOf(
  { controlPlaneEndpoint: endpoint }: Cluster,
  machine: Machine,
  found: readonly Address[],
): string {
  const named = machine.vipInterface ?? (endpoint.type === 'vip' ? endpoint.interface : undefined);
  return named ?? nodeDeviceOf(machine, found);
}
