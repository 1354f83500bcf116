import type { Cluster, Machine } from './cluster.js';
import { shown, type Difference } from './difference.js';
import { controlPlanes, etcdHosts, loadBalancers, nodes, workers } from './roles.js';
import { settingKeys, settingsOf, takesPods } from './node-settings.js';
import { canonical } from './digest.js';
import { rollOut } from './standing-fields.js';

/** Where the hosts of two specs differ beyond what an install carries out. New hosts are joined, and are no difference. */
export function hostDifferences(before: Cluster, wanted: Cluster): Difference[] {
  const [then, now] = [known(before), known(wanted)];
  const missed = before.hosts.filter(({ name }) => !now.named.has(name));
  const renamed = new Map(
    wanted.hosts
      .filter(({ name }) => !then.named.has(name))
      .flatMap((host): [string, Machine][] => {
        const old = missed.find(({ address }) => address === host.address);
        return old ? [[host.name, old]] : [];
      }),
  );
  const stay = new Set([...renamed.values()]);
  const both: Both = {
    then,
    now,
    etcdMoves: moved(etcdHosts, then, now),
    balancerLost: lost(loadBalancers, then, now),
  };
  return [
    ...missed.filter((host) => !stay.has(host)).map((host) => removed(host)),
    ...wanted.hosts.flatMap((host, index) => {
      const old = renamed.get(host.name);
      if (old)
        return [
          changed(
            index,
            'name',
            `${host.address} stands as ${old.name}, and a node keeps its name`,
            host.name,
            old.name,
          ),
        ];
      return oneHost(both, index);
    }),
    ...tainted(then, now),
  ];
}

type Hosts = (cluster: Cluster) => readonly Machine[];

/** A spec whose hosts are looked up by name and by what they are: every host is compared, of thousands. */
interface Known {
  readonly cluster: Cluster;
  readonly named: ReadonlyMap<string, Machine>;
  /** Names of those that a list has. */
  readonly of: (list: Hosts) => ReadonlySet<string>;
}

/** A cluster as it was applied and as it is wanted. */
interface Both {
  readonly then: Known;
  readonly now: Known;
  readonly etcdMoves: boolean;
  readonly balancerLost: boolean;
}

function known(cluster: Cluster): Known {
  const found = new Map<Hosts, ReadonlySet<string>>();
  return {
    cluster,
    named: new Map(cluster.hosts.map((host) => [host.name, host])),
    of(list) {
      const names = found.get(list) ?? new Set(list(cluster).map(({ name }) => name));
      found.set(list, names);
      return names;
    },
  };
}

const removed = ({ name, address, roles }: Machine): Difference => ({
  kind: 'host gone',
  host: name,
  path: ['hosts'],
  atKey: true,
  severity: 'error',
  message: `${name} (${address}, ${roles.join(', ')}) is part of the cluster and not in the file any more`,
  found: 'nothing',
  expected: `${name}; to remove it from the cluster: kha node remove ${name} (not built yet)`,
});

const changed = (index: number, key: string, message: string, found: string, expected: string): Difference => ({
  kind: 'host changed',
  path: ['hosts', index, key],
  severity: 'error',
  message,
  found,
  expected,
});

function oneHost(both: Both, index: number): Difference[] {
  const [before, wanted] = [both.then.cluster, both.now.cluster];
  const host = wanted.hosts[index]!;
  const old = both.then.named.get(host.name);
  const found: Difference[] = [];
  if (old && old.address !== host.address)
    found.push(
      changed(
        index,
        'address',
        `${host.name} stands at another address, which its certificates and peers know it by`,
        host.address,
        `${old.address}; another address is another host: kha node replace ${host.name} (not built yet)`,
      ),
    );
  // Where only one of the two has any, the cluster's networks tell.
  if (old?.secondaryAddress && host.secondaryAddress && old.secondaryAddress !== host.secondaryAddress)
    found.push(
      changed(
        index,
        'secondaryAddress',
        `${host.name} stands at another IPv6 address, which its kubelet and the routes of its pods have`,
        host.secondaryAddress,
        `${old.secondaryAddress}; another address is another host: kha node replace ${host.name} (not built yet)`,
      ),
    );
  const roles = roleProblems(both, host, old);
  if (roles.length > 0)
    found.push(
      changed(
        index,
        'roles',
        roles.map(({ words }) => words).join('; '),
        host.roles.join(', '),
        [old?.roles.join(', '), ...new Set(roles.map(({ instead }) => instead))].filter(Boolean).join('; '),
      ),
    );
  return [...found, ...(old ? otherSettings(before, wanted, old, index) : [])];
}

/** What a node stands with, its pool's settings too; told where it is written now. */
function otherSettings(before: Cluster, wanted: Cluster, old: Machine, index: number): Difference[] {
  const host = wanted.hosts[index]!;
  const [then, now] = [settingsOf(before, old), settingsOf(wanted, host)];
  return settingKeys
    .filter((key) => canonical(then[key]) !== canonical(now[key]))
    .map((key) => ({
      ...changed(
        index,
        key,
        `${host.name} stands with other ${key === 'kubelet' ? 'settings of its kubelet' : key}`,
        shown(now[key]),
        `${shown(then[key])}; a change takes ${rollOut}`,
      ),
      ...(host[key] === undefined && host.pool !== undefined && wanted.pools[host.pool]?.[key] !== undefined
        ? { path: ['pools', host.pool, key] }
        : {}),
    }));
}

interface RoleProblem {
  readonly words: string;
  readonly instead: string;
}

function roleProblems(
  { then, now, etcdMoves, balancerLost }: Both,
  host: Machine,
  old: Machine | undefined,
): RoleProblem[] {
  const problems: RoleProblem[] = [];
  const { name } = host;
  const say = (when: boolean, words: string, instead: string): void => {
    if (when) problems.push({ words, instead });
  };
  const toggled = (role: Machine['roles'][number]): boolean =>
    host.roles.includes(role) !== (old?.roles.includes(role) ?? false);
  const has = (list: Hosts, spec: Known): boolean => spec.of(list).has(name);
  const remove = `kha node remove ${name} (not built yet), and then add it anew`;
  const places = [...then.of(etcdHosts)].join(', ');

  say(etcdMoves && toggled('etcd'), `etcd stands on ${places} and does not move`, 'etcd where it is');
  say(
    !old && !etcdMoves && has(etcdHosts, now) && !has(controlPlanes, now),
    `etcd stands on ${places}, and a member on a host of its own cannot be added yet`,
    'kha node add (not built yet)',
  );
  say(
    balancerLost && toggled('load-balancer'),
    `${[...then.of(loadBalancers)].join(', ')} carry the API’s address, and nothing takes it away from them yet`,
    'load balancers where they are',
  );
  if (!old) return problems;
  say(
    toggled('control-plane') && (has(nodes, then) || has(etcdHosts, then)),
    `${name} stands ${has(controlPlanes, then) ? 'as a control plane' : 'without a control plane'}`,
    remove,
  );
  say(toggled('worker') && has(workers, then) && !has(nodes, now), `${name} stands as a worker`, remove);
  say(
    toggled('worker') &&
      has(controlPlanes, then) &&
      has(controlPlanes, now) &&
      takesPods(then.cluster, old) !== takesPods(now.cluster, host),
    `${name} stands ${takesPods(then.cluster, old) ? 'without' : 'with'} the taint that keeps pods away from control planes`,
    rollOut,
  );
  return problems;
}

/** A host that stands in both specs no longer does, or newly does, what it is asked for. */
const moved = (list: Hosts, then: Known, now: Known): boolean =>
  [...then.named.keys()].some((name) => now.named.has(name) && then.of(list).has(name) !== now.of(list).has(name));
const lost = (list: Hosts, then: Known, now: Known): boolean =>
  [...then.of(list)].some((name) => now.named.has(name) && !now.of(list).has(name));

/** The first workers of a cluster whose control planes took the pods until now. */
function tainted({ cluster: before, named }: Known, { cluster: wanted }: Known): Difference[] {
  const open = controlPlanes(wanted).filter(
    (host) =>
      !takesPods(wanted, host) && named.get(host.name)?.roles.includes('control-plane') && workers(before).length === 0,
  );
  if (open.length === 0 || workers(wanted).length === 0) return [];
  const names = open.map(({ name }) => name).join(' ');
  return [
    {
      kind: 'left',
      path: ['hosts', wanted.hosts.indexOf(workers(wanted)[0]!)],
      severity: 'warning',
      message: 'these are the first workers: the control planes that stand go on taking pods',
      found: names,
      expected: `if they are not to: kubectl taint nodes ${names} node-role.kubernetes.io/control-plane:NoSchedule`,
    },
  ];
}
