import type { Cluster, Machine } from './cluster.js';
import { repeats } from './repeats.js';
import { controlPlanes, etcdHosts, isNode, nodes, workers } from './roles.js';
import { error, warning, type Rule, type RuleProblem } from './rule-problem.js';

type Pool = Cluster['pools'][string];
type Taint = NonNullable<Pool['taints']>[number];

/** What holds for a node: its pool's settings with its own over them. */
export function settingsOf({ pools }: Pick<Cluster, 'pools'>, host: Machine): Required<Pool> {
  const pool: Pool = (host.pool === undefined ? undefined : pools[host.pool]) ?? {};
  const own = host.taints ?? [];
  const left = (pool.taints ?? []).filter((taint) => !own.some((other) => nameOf(taint) === nameOf(other)));
  return {
    labels: { ...pool.labels, ...host.labels },
    annotations: { ...pool.annotations, ...host.annotations },
    taints: [...left, ...own],
    kubelet: { ...pool.kubelet, ...host.kubelet },
  };
}

/** A node has one taint of a key and an effect (kubernetes.io, taints and tolerations). */
/** What makes two taints one. */
const nameOf = ({ key, effect }: Taint): string => `${key}:${effect}`;

/** The kubelet starts beside swap, and so does the one that starts etcd before there is a node, which has `kubelet` alone. */
export function toleratesSwap(cluster: Cluster, host: Machine): boolean {
  const kubelet = { ...cluster.kubelet, ...settingsOf(cluster, host).kubelet };
  const documents = etcdHosts(cluster).includes(host) ? [cluster.kubelet, kubelet] : [kubelet];
  return documents.every(({ failSwapOn }) => failSwapOn === false);
}

/** Control planes take pods where they are told to, or where nobody else would. */
export const takesPods = (cluster: Cluster, { roles }: Machine): boolean =>
  roles.includes('worker') || workers(cluster).length === 0;

export const settingKeys = ['labels', 'annotations', 'taints', 'kubelet'] as const;

/** Pools that nobody is in or that are not there, settings of hosts that are no nodes, and taints that leave no place for CoreDNS. */
export const nodeProblems: Rule = (cluster) => {
  const { pools, hosts } = cluster;
  const names = Object.keys(pools);
  const problems: RuleProblem[] = [];
  for (const [index, host] of hosts.entries()) {
    if (host.pool !== undefined && !Object.hasOwn(pools, host.pool))
      problems.push(
        error(['hosts', index, 'pool'], 'there is no such pool', host.pool, names.join(', ') || 'a pool under pools'),
      );
    const said = (['pool', ...settingKeys] as const).find((key) => host[key] !== undefined);
    if (said !== undefined && !isNode(host))
      problems.push(
        error(
          ['hosts', index, said],
          `${host.name} becomes no node`,
          host.roles.join(', '),
          'a control plane or worker',
        ),
      );
    problems.push(...twice(host.taints, ['hosts', index, 'taints']));
  }
  for (const name of names) {
    problems.push(...twice(pools[name]!.taints, ['pools', name, 'taints']));
    if (!hosts.some(({ pool }) => pool === name))
      problems.push({ ...warning(['pools', name], 'no host is in this pool', name, 'hosts[].pool'), atKey: true });
  }
  const open = nodes(cluster).filter((host) =>
    settingsOf(cluster, host).taints.every(({ effect }) => effect === 'PreferNoSchedule'),
  );
  if (open.length === 0 && controlPlanes(cluster).length > 0)
    problems.push(
      error(['hosts'], 'every node has a taint that keeps CoreDNS away', 'no node without one', 'one node at least'),
    );
  return problems;
};

const twice = (taints: readonly Taint[] = [], path: readonly PropertyKey[]): RuleProblem[] =>
  repeats(taints.map(nameOf)).map(({ index, value }) =>
    error([...path, index], 'this taint stands twice', value, 'every taint once'),
  );
