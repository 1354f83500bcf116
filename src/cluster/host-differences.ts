import type { Cluster, Machine } from './cluster.js';
import { shown, type Difference } from './difference.js';
import { controlPlanes, etcdHosts, loadBalancers, nodes, workers } from './roles.js';
import { settingKeys, settingsOf, takesPods } from './node-settings.js';
import { canonical } from './digest.js';
import { rollOut } from './standing-fields.js';

/** Where the hosts of two specs differ beyond what an install carries out. New hosts are joined, and are no difference. */
export function hostDifferences(before: Cluster, wanted: Cluster): Difference[] {
  const renamed = new Map(
    wanted.hosts
      .filter(({ name }) => !named(before, name))
      .flatMap((host): [string, Machine][] => {
        const old = before.hosts.find(({ name, address }) => address === host.address && !named(wanted, name));
        return old ? [[host.name, old]] : [];
      }),
  );
  const gone = before.hosts.filter(
    ({ name }) => !named(wanted, name) && ![...renamed.values()].some((old) => old.name === name),
  );
  return [
    ...gone.map((host) => removed(host)),
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
      return oneHost(before, wanted, index);
    }),
    ...tainted(before, wanted),
  ];
}

const named = ({ hosts }: Cluster, name: string): Machine | undefined => hosts.find((host) => host.name === name);

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

function oneHost(before: Cluster, wanted: Cluster, index: number): Difference[] {
  const host = wanted.hosts[index]!;
  const old = named(before, host.name);
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
  const roles = roleProblems(before, wanted, host, old);
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

function roleProblems(before: Cluster, wanted: Cluster, host: Machine, old: Machine | undefined): RoleProblem[] {
  const problems: RoleProblem[] = [];
  const { name } = host;
  const say = (when: boolean, words: string, instead: string): void => {
    if (when) problems.push({ words, instead });
  };
  const toggled = (role: Machine['roles'][number]): boolean =>
    host.roles.includes(role) !== (old?.roles.includes(role) ?? false);
  const has = (list: (cluster: Cluster) => Machine[], cluster: Cluster): boolean =>
    list(cluster).some((one) => one.name === name);
  const remove = `kha node remove ${name} (not built yet), and then add it anew`;
  const places = etcdHosts(before)
    .map((one) => one.name)
    .join(', ');

  say(
    moved(etcdHosts, before, wanted) && toggled('etcd'),
    `etcd stands on ${places} and does not move`,
    'etcd where it is',
  );
  say(
    !old && !moved(etcdHosts, before, wanted) && has(etcdHosts, wanted) && !has(controlPlanes, wanted),
    `etcd stands on ${places}, and a member on a host of its own cannot be added yet`,
    'kha node add (not built yet)',
  );
  say(
    lost(loadBalancers, before, wanted) && toggled('load-balancer'),
    `${loadBalancers(before)
      .map((one) => one.name)
      .join(', ')} carry the API’s address, and nothing takes it away from them yet`,
    'load balancers where they are',
  );
  if (!old) return problems;
  say(
    toggled('control-plane') && (has(nodes, before) || has(etcdHosts, before)),
    `${name} stands ${has(controlPlanes, before) ? 'as a control plane' : 'without a control plane'}`,
    remove,
  );
  say(toggled('worker') && has(workers, before) && !has(nodes, wanted), `${name} stands as a worker`, remove);
  say(
    toggled('worker') &&
      has(controlPlanes, before) &&
      has(controlPlanes, wanted) &&
      takesPods(before, old) !== takesPods(wanted, host),
    `${name} stands ${takesPods(before, old) ? 'without' : 'with'} the taint that keeps pods away from control planes`,
    rollOut,
  );
  return problems;
}

type Hosts = (cluster: Cluster) => Machine[];
/** A host that stands in both specs no longer does, or newly does, what it is asked for. */
const moved = (list: Hosts, before: Cluster, wanted: Cluster): boolean =>
  before.hosts.some(
    ({ name }) =>
      named(wanted, name) &&
      (named({ ...before, hosts: list(before) }, name) === undefined) !==
        (named({ ...wanted, hosts: list(wanted) }, name) === undefined),
  );
const lost = (list: Hosts, before: Cluster, wanted: Cluster): boolean =>
  list(before).some(({ name }) => named(wanted, name) && !named({ ...wanted, hosts: list(wanted) }, name));

/** The first workers of a cluster whose control planes took the pods until now. */
function tainted(before: Cluster, wanted: Cluster): Difference[] {
  const open = controlPlanes(wanted).filter(
    (host) =>
      !takesPods(wanted, host) &&
      named(before, host.name)?.roles.includes('control-plane') &&
      workers(before).length === 0,
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
