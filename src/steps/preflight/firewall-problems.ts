import type { Cluster, Machine } from '../../cluster/cluster.js';
import { openings, type Opening } from '../../cluster/ports.js';
import { managed } from '../hosts/firewall-rules.js';
import type { Problem } from './problem.js';

/**
 * A firewall stops the operation, because what it lets through cannot be told from its rules, and a closed port shows only
 * minutes later, as an etcd that does not form or pods that do not hear each other. Whoever has opened the ports waives it.
 * On a host of this cluster, where packets are known to have come through, it is only said; and so is one that kha opens.
 */
export function firewallProblems(
  cluster: Cluster,
  machine: Machine,
  claim: string,
  found: readonly string[],
): Problem[] {
  if (found.length === 0) return [];
  if (cluster.firewall === 'open' && found.every((one) => managed.includes(one)))
    return [
      { name: 'firewall', words: `${found.join(' and ')} filters what comes in, and will be opened`, warning: true },
    ];
  const ports = openings(cluster, machine)
    .filter(({ asked }) => asked !== 'by itself')
    .map((one) => `${written(one)} (${one.of})`);
  return [
    {
      name: 'firewall',
      words: `${found.join(' and ')} filters what comes in; let these in from the cluster’s hosts, and waive: ${ports.join(', ')}`,
      warning: claim === cluster.name,
    },
  ];
}

const written = ({ protocol, port }: Opening): string => (port === undefined ? protocol : `${port}/${protocol}`);
