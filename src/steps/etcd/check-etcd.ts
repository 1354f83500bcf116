import { etcdHosts } from '../../cluster/roles.js';
import { etcdApi } from '../../cluster/seed-profile.js';
import { etcdMembers, etcdStatus, type EtcdMember } from '../../facts/etcd.js';
import { staticPodTrouble } from '../../facts/static-pod.js';
import type { CheckContext, Step } from '../step.js';
import { clientUrl, clientUrls, peerUrl } from './manifest.js';
import { standingOf } from './standing.js';

export const checkEtcd: Step = {
  name: 'checkEtcd',
  does: 'Wait until every etcd member answers this one and all know one leader',
  on: etcdHosts,
  pace: 'all at once',
  retry: 'wait',
  needs: ['etcd members'],
  gives: 'healthy etcd',
  async check(context) {
    const { cluster, host } = context;
    const here = await standingOf(context);
    if (here === 'newcomer' || here === 'joining') return [];
    if (here !== 'member') return ['etcd was not started here'];
    const members = await host.read(etcdMembers(clientUrl(cluster, host.machine), etcdApi(cluster)));
    const endpoints = members?.flatMap((one) => one.clientUrls.slice(0, 1)) ?? clientUrls(cluster);
    const status = await host.read(etcdStatus(endpoints, etcdApi(cluster)));
    const missing = endpoints
      .filter((endpoint) => !status.some((one) => one.endpoint === endpoint))
      .map((endpoint) => `${endpoint} does not answer`);
    const leaders = new Set(status.map(({ leader }) => leader));
    if (missing.length === 0 && (leaders.has('0') || leaders.size !== 1))
      missing.push('the members have no common leader');
    return members ? [...missing, ...(await strangers(context, members))] : [...missing, 'there is no member list'];
  },
  explain: ({ host }) => host.read(staticPodTrouble('etcd')),
};

/** How list and spec differ. A host that is to join may be absent from the list, or in it by a join that was cut short. */
async function strangers(context: CheckContext, members: readonly EtcdMember[]): Promise<string[]> {
  const hosts = etcdHosts(context.cluster);
  const entry = (url: string): EtcdMember | undefined => members.find(({ peerUrls }) => peerUrls.includes(url));
  const unsettled = hosts.filter(
    (machine) => !entry(peerUrl(context.cluster, machine))?.name || entry(peerUrl(context.cluster, machine))?.learner,
  );
  const missing: string[] = [];
  for (const { name } of unsettled)
    if (!['newcomer', 'joining'].includes(await standingOf({ ...context, host: await context.peer(name) })))
      missing.push(`${name} is not a voting member in the member list`);
  for (const { id, name, peerUrls } of members)
    if (!hosts.some((machine) => peerUrls.includes(peerUrl(context.cluster, machine))))
      missing.push(
        `the member list has ${name || 'a member that never started'} (${id}), which the spec does not name`,
      );
  return missing;
}
