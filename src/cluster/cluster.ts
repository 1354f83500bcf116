import type { z } from 'zod';
import type { clusterSchema } from './schema.js';

/** The cluster that is wanted: a spec that has been checked, every default filled in. Plain JSON. */
export type Cluster = z.output<typeof clusterSchema>;

/** One host of the spec. */
export type Machine = Cluster['hosts'][number];

export type SshSettings = Cluster['ssh'];

/** How a machine is logged in to: the cluster's SSH settings with the machine's own over them. */
export function sshSettings(cluster: Cluster, machine: Machine): SshSettings {
  const { address: _, ...own } = machine.ssh ?? {};
  return { ...cluster.ssh, ...own };
}

/** Where a machine is logged in to; its node's address is the one that the other hosts reach it at. */
export const loginAddress = ({ address, ssh }: Machine): string => ssh?.address ?? address;

export function machineNamed(cluster: Cluster, name: string): Machine {
  const machine = cluster.hosts.find((host) => host.name === name);
  if (!machine) throw new Error(`cluster ${cluster.name} has no host ${name}`);
  return machine;
}
