import { isAbsolute, resolve } from 'node:path';
import type { Cluster } from '../../cluster/cluster.js';
import { expandHome } from '../../activities/secrets.js';

/** Makes every path in the spec absolute, from the folder that the spec lies in: the worker runs somewhere else. */
export function resolvePaths(cluster: Cluster, folder: string): Cluster {
  const path = (value: string): string => (isAbsolute(expandHome(value)) ? expandHome(value) : resolve(folder, value));
  const reference = (value: string): string =>
    value.startsWith('file:') ? `file:${path(value.slice('file:'.length))}` : value;
  const change: Readonly<Record<string, (value: string) => string>> = {
    key: path,
    path,
    knownHosts: path,
    ca: path,
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
  const walked = walk(cluster) as Cluster;
  const { registry } = cluster.source;
  return {
    ...walked,
    // KubeletConfiguration is the operator's own, and mirrors have names of theirs: a field named `key` there is no path of ours.
    kubelet: cluster.kubelet,
    source: registry
      ? { ...walked.source, registry: { ...walked.source.registry!, images: registry.images } }
      : walked.source,
  };
}
