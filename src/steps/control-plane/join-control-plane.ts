import { controlPlanes, isStacked } from '../../cluster/roles.js';
import { etcdHealth } from '../../facts/etcd.js';
import { sh } from '../../facts/sh.js';
import { listedMembers, refusals } from '../etcd/check-membership.js';
import { peerUrl } from '../etcd/manifest.js';
import { standaloneFiles } from '../etcd/start-etcd.js';
import { Refusal } from '../refusal.js';
import type { ApplyContext, Step } from '../step.js';
import { writeFiles } from '../wanted-file.js';
import { joinConfiguration, leftAdmission, withAdmission, withdrawAdmission } from './bootstrap-token.js';
import { joinDocuments, standaloneKubeletDocument, stream } from './kubeadm-documents.js';
import {
  expectedFindings,
  hasCompleted,
  joiningPath,
  laidKubeconfigs,
  standby,
  takeOver,
  type TakeOver,
} from './take-over.js';
import { wayIn } from './way-in.js';
import { groundOf } from './write-kubeadm-documents.js';

/** etcd takes one learner at a time, so control planes join one after another (etcd.io, learner design). */
export const joinControlPlane: Step = {
  name: 'joinControlPlane',
  does: 'Join a further control plane to the cluster that stands, its etcd member as a learner first',
  on: controlPlanes,
  pace: { atMost: 1 },
  retry: 'bootstrap',
  needs: ['certificates', 'signed certificates', 'images', 'kubelet unit', 'control plane', 'api endpoint'],
  async check(context) {
    const { host } = context;
    const [ended, left] = await Promise.all([hasCompleted(host, 'control-plane'), leftAdmission(host)]);
    if (ended) return left;
    return (await wayIn(context)) === 'join' ? ['kubeadm join has not ended well here'] : [];
  },
  async apply(context) {
    const { cluster, host } = context;
    if (await hasCompleted(host, 'control-plane')) return withdrawAdmission(context);
    const [refusal] = await refusals(context);
    if (refusal !== undefined) throw new Refusal(refusal, 'nothing was changed; answer retry once that is settled');
    const script = takeOver(host.machine, await joining(context));
    await host.write(joiningPath, 'begun\n');
    await withAdmission(
      context,
      (admission) => joinDocuments(cluster, host.machine, admission),
      () => host.runUnit(script),
    );
  },
  release: withdrawAdmission,
};

/**
 * What a join that was cut short left of etcd stays: kubeadm finds its own peer URL in the member list, and promotes the
 * learner that runs. A learner that lost its data would be promoted too, and never come up; that is refused before.
 */
async function joining(context: ApplyContext): Promise<TakeOver> {
  const { cluster, host } = context;
  const ground = await groundOf(host);
  const ignored = expectedFindings(cluster, ground, 'control-plane');
  const kubeadm = sh`kubeadm join --config ${joinConfiguration} --ignore-preflight-errors ${ignored}`;
  const finish = sh`kubeadm join phase control-plane-join mark-control-plane --config ${joinConfiguration}`;
  if (!isStacked(cluster)) return { role: 'control-plane', kubeadm, finish, ...laidKubeconfigs(cluster, host.machine) };
  // To end the pods of an attempt that was cut short there must be a kubelet, and the member goes on under it.
  const files = standaloneFiles(stream(standaloneKubeletDocument(cluster, ground)));
  await writeFiles(
    host,
    files.map((one) => ({ ...one, path: `${standby}/${one.path.slice(one.path.lastIndexOf('/') + 1)}` })),
  );
  const members = (await listedMembers(context)) ?? [];
  const voters = members.filter(
    ({ learner, peerUrls }) => !learner && !peerUrls.includes(peerUrl(cluster, host.machine)),
  );
  const command = etcdHealth(voters.flatMap(({ clientUrls }) => clientUrls.slice(0, 1)));
  const awaited = { what: 'not every etcd member answers', command };
  return { role: 'control-plane', kubeadm, finish, awaited, ...laidKubeconfigs(cluster, host.machine) };
}
