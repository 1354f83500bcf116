import type { Cluster, Machine } from '../../cluster/cluster.js';
import { primaryFamily } from '../../cluster/families.js';
import { onceForHosts } from '../../cluster/once-for-hosts.js';
import { allHosts, isWorkerOnly } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import { lookUp } from '../../facts/network.js';
import type { Step } from '../step.js';

const path = '/etc/hosts';
const begin = '# kha: names of this cluster';
const end = '# kha: end';

/**
 * Kubelet asks for its host's name at every pod; where nobody answers, each question costs ten seconds. Workers are called
 * by their names on themselves only: a new one is then no change to any other host.
 */
export const writeHostNames: Step = {
  name: 'writeHostNames',
  does: 'Write the names of the cluster into /etc/hosts where DNS does not know them',
  on: allHosts,
  pace: 'all at once',
  retry: 'edit',
  gives: 'prepared hosts',
  async check({ cluster, host }) {
    const wanted = names(cluster, host.machine);
    const found = await host.read(
      lookUp(
        wanted.map(({ name }) => name),
        primaryFamily(cluster),
      ),
    );
    return wanted
      .filter(({ name, address }) => !found.get(name)?.includes(address))
      .map(({ name, address }) => `${name} does not resolve to ${address}`);
  },
  async apply({ cluster, host }) {
    const before = await host.read(file(path));
    await host.write(path, withNames(before?.content ?? '127.0.0.1 localhost\n', cluster, host.machine));
  },
};

/** Hosts that others call. */
const called = onceForHosts((hosts) => hosts.filter((host) => !isWorkerOnly(host)));

/** Those of the hosts that others call, the host's own name, and that of the virtual address. */
function names(cluster: Cluster, own: Machine): { name: string; address: string }[] {
  const { controlPlaneEndpoint: endpoint } = cluster;
  return [
    ...called(cluster),
    ...(isWorkerOnly(own) ? [own] : []),
    ...(endpoint.type === 'vip' && endpoint.host !== undefined ? [{ name: endpoint.host, address: endpoint.vip }] : []),
  ];
}

/** A host of a name with dots may call itself by the first part; it is no name for anybody where two have the same. */
function shortName(name: string, cluster: Cluster): string[] {
  const first = firstPart(name);
  return first !== name && byFirstPart(cluster).get(first) === name ? [first] : [];
}

const firstPart = (name: string): string => name.split('.')[0]!;

/** The one host whose name begins so; undefined where several do. */
const byFirstPart = onceForHosts((hosts) => {
  const found = new Map<string, string | undefined>();
  for (const { name } of hosts) found.set(firstPart(name), found.has(firstPart(name)) ? undefined : name);
  return found;
});

/** The file with this cluster's names in a block of its own, whatever else it holds left as it is. */
export function withNames(content: string, cluster: Cluster, own: Machine): string {
  const block = [
    begin,
    ...names(cluster, own).map(({ name, address }) => [address, name, ...shortName(name, cluster)].join(' ')),
    end,
    '',
  ].join('\n');
  const from = content.indexOf(begin);
  const to = content.indexOf(`${end}\n`, from);
  if (from >= 0 && to >= 0) return content.slice(0, from) + block + content.slice(to + end.length + 1);
  return content + (content === '' || content.endsWith('\n') ? '' : '\n') + block;
}
