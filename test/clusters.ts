import type { Cluster } from '../src/cluster/cluster.js';
import { registryPlace, type RegistryPlace } from '../src/cluster/registry-place.js';
import { clusterSchema } from '../src/cluster/schema.js';

/** A cluster as the spec's parser gives it: three control planes and a worker unless told. */
export function cluster(more: Record<string, unknown> = {}): Cluster {
  return clusterSchema.parse({
    apiVersion: 'kubernetes-ha.io/v1alpha1',
    kind: 'Cluster',
    name: 'test',
    kubernetesVersion: 'v1.37.2',
    controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.100' },
    source: { registry: { address: '10.0.0.2:5000', plainHttp: true } },
    gates: [],
    hosts: [
      { name: 'm1', address: '10.0.0.11', roles: ['control-plane'] },
      { name: 'm2', address: '10.0.0.12', roles: ['control-plane'] },
      { name: 'm3', address: '10.0.0.13', roles: ['control-plane'] },
      { name: 'w1', address: '10.0.0.21', roles: ['worker'] },
    ],
    ...more,
  });
}

/** The same with its worker w1 at the site berlin. */
export const atBerlin = (more: Record<string, unknown> = {}): Cluster =>
  cluster({
    hosts: cluster().hosts.map((host) => (host.name === 'w1' ? { ...host, site: 'berlin' } : host)),
    ...more,
  });

/** The registry of a cluster that has one. */
export function registryOf(wanted: Cluster): RegistryPlace {
  const place = registryPlace(wanted);
  if (!place) throw new Error(`${wanted.name} names no registry`);
  return place;
}
