import { error, type Rule } from './rule-problem.js';

/** So many were tried, simulated (docs/performance.md); Kubernetes itself is tested with as many (kubernetes.io, large clusters). */
export const mostHosts = 5_000;

/**
 * Bytes of a spec as JSON with every default: the record of it goes into a ConfigMap, which takes 1 MiB (v1.MaxSecretSize of
 * Kubernetes' validation), and the rest is for what a record has besides.
 */
const largestSpec = 900_000;

/** What a cluster may have of everything, and what is kept of it. */
export const sizeProblems: Rule = (cluster) => {
  const { length } = cluster.hosts;
  if (length > mostHosts)
    return [
      error(
        ['hosts', mostHosts],
        'kha was not tried with so many hosts in one cluster',
        `${length} hosts`,
        `${mostHosts} hosts at most`,
      ),
    ];
  const size = new TextEncoder().encode(JSON.stringify(cluster)).length;
  if (size <= largestSpec) return [];
  return [
    error(
      ['hosts'],
      'the spec is larger than what can be kept of it in the cluster (ConfigMap kha-cluster)',
      `${size} bytes with every default`,
      `${largestSpec} bytes at most: what many hosts have alike under pools and ssh`,
    ),
  ];
};
