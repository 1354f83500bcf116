import { etcdHosts, isStacked } from '../../cluster/roles.js';
import { etcdApi } from '../../cluster/seed-profile.js';
import { etcdMembers, type EtcdMember } from '../../facts/etcd.js';
import { existing } from '../../facts/files.js';
import type { CheckContext, Step } from '../step.js';
import { clientUrl, peerUrl } from './manifest.js';
import { movedData } from './moved-data.js';
import { dataPath, otherMembers, standingOf } from './standing.js';

export const checkMembership: Step = {
  name: 'checkMembership',
  does: 'See that etcd’s data lie where the spec has them, and that a host without any, beside members, is not one of them already',
  on: etcdHosts,
  pace: 'all at once',
  retry: 'inspect',
  check: async (context) => [...(await movedData(context)), ...(await refusals(context))],
};

/** Why a host may not be added to the standing members, in words; nothing where it is no matter of adding. */
export async function refusals(context: CheckContext): Promise<string[]> {
  const { cluster, host } = context;
  const { name } = host.machine;
  const standing = await standingOf(context);
  if (standing !== 'newcomer' && standing !== 'joining') return [];
  if (!isStacked(cluster))
    return [
      `etcd stands on other hosts and ${name} has no data of it; adding a host to etcd that has hosts of its own is not built yet`,
    ];
  if ((await host.read(existing([dataPath(cluster)]))).length > 0) return [];
  const members = await listedMembers(context);
  if (!members)
    return [`etcd is on other hosts but does not answer, so nobody can tell whether ${name} is a member already`];
  const own = members.filter(
    (member) => member.peerUrls.includes(peerUrl(cluster, host.machine)) || member.name === name,
  );
  const started = own.find((member) => member.name !== '');
  if (started)
    return [
      `${name} has no etcd data, but it is the member ${started.id} (${started.peerUrls.join(', ')}) of a cluster that stands: it was reinstalled, or its disk was lost. Replacing a control plane will be “kha node replace”, which is not built yet. Until then: \`etcdctl member remove ${started.id}\` on a healthy control plane, \`kubectl delete node ${name}\`, and install again`,
    ];
  const learner = members.find((member) => member.learner && !own.includes(member));
  return learner
    ? [
        `etcd member ${learner.id} (${learner.name || learner.peerUrls.join(', ')}) is a learner still; only one joins at a time`,
      ]
    : [];
}

/** The list as the first member gives it that knows a leader. */
export async function listedMembers(context: CheckContext): Promise<EtcdMember[] | undefined> {
  for (const { host } of await otherMembers(context)) {
    const members = await host.read(etcdMembers(clientUrl(context.cluster, host.machine), etcdApi(context.cluster)));
    if (members) return members;
  }
  return undefined;
}
