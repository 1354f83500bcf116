import { isAbsolute, resolve } from 'node:path';
import { isAddress } from '../../cluster/chart-address.js';
import type { Cluster } from '../../cluster/cluster.js';
import { expandHome } from '../../activities/secrets.js';

type AddOn = Exclude<Cluster['addons'][number], string>;

/** Makes every path in the spec absolute, from the folder that the spec lies in: the worker runs somewhere else. */
export function resolvePaths(cluster: Cluster, folder: string): Cluster {
  const path = (value: string): string => (isAbsolute(expandHome(value)) ? expandHome(value) : resolve(folder, value));
  const reference = (value: string): string =>
    value.startsWith('file:') ? `file:${path(value.slice('file:'.length))}` : value;
  const change: Readonly<Record<string, (value: string) => string>> = {
    key: path,
    knownHosts: path,
    ca: path,
    from: path,
    passphrase: reference,
    sudoPassword: reference,
    password: reference,
    http: reference,
    https: reference,
  };
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        typeof inner === 'string' && change[key] ? change[key](inner) : walk(inner),
      ]),
    );
  };
  // Kubernetes' own documents: a field named `key` there is no path of ours.
  const { kubelet, kubeadm, patches, pools } = cluster;
  const resolved = walk({ ...cluster, hosts: cluster.hosts.map(({ ssh }) => (ssh ? { ssh } : {})) }) as Cluster;
  const hosts = cluster.hosts.map((host, index) => ({ ...host, ...resolved.hosts[index] }));
  const addOn = ({ file, chart, values, ...one }: AddOn): AddOn => ({
    ...one,
    ...(file === undefined ? {} : { file: path(file) }),
    ...(chart === undefined ? {} : { chart: isAddress(chart) ? chart : path(chart) }),
    ...(values === undefined ? {} : { values: path(values) }),
  });
  const named = (all: Cluster['addons']): Cluster['addons'] =>
    all.map((one) => (typeof one === 'string' ? one : addOn(one)));
  const { cni } = cluster.networking;
  const networking = {
    ...resolved.networking,
    cni:
      typeof cni !== 'object'
        ? cni
        : {
            ...(cni.addons ? { addons: named(cni.addons) } : {}),
            ...(cni.manifests ? { manifests: cni.manifests.map(path) } : {}),
          },
  };
  // Mirrors have names of their own as well.
  const { registry, file, internet } = resolved.source;
  const { lock, mirrors = {} } = cluster.source.internet ?? {};
  const source = {
    ...(internet
      ? { internet: { ...internet, mirrors, ...(typeof lock === 'string' ? { lock: path(lock) } : { lock }) } }
      : {}),
    ...(registry ? { registry: { ...registry, images: cluster.source.registry?.images ?? {} } } : {}),
    ...(file ? { file: { ...file, path: path(file.path) } } : {}),
  };
  const addons = named(cluster.addons);
  const { requests, ...authorities } = cluster.certificates;
  const certificates = {
    ...Object.fromEntries(
      Object.entries(authorities).map(([field, { cert, key }]) => [
        field,
        { cert: path(cert), ...(key === undefined ? {} : { key: reference(key) }) },
      ]),
    ),
    ...(requests === undefined ? {} : { requests: path(requests) }),
  };
  return { ...resolved, addons, hosts, networking, source, certificates, kubelet, kubeadm, patches, pools };
}
