import { workers } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import {
  joinConfiguration,
  leftAdmission,
  withAdmission,
  withdrawAdmission,
  type Admission,
} from '../control-plane/bootstrap-token.js';
import { joinDocuments } from '../control-plane/kubeadm-documents.js';
import { completed, expectedFindings, laidKubeconfigs, takeOver, type TakeOver } from '../control-plane/take-over.js';
import { groundOf } from '../control-plane/write-kubeadm-documents.js';
import type { ApplyContext, Step } from '../step.js';

/** How a worker is let in: the command, and what it is told in a file. */
interface Joining extends Pick<Step, 'name' | 'does' | 'needs'> {
  readonly command: (context: ApplyContext) => Promise<Pick<TakeOver, 'kubeadm' | 'kubeconfigs'>>;
  readonly documents: (context: ApplyContext, admission: Admission) => string;
}

export const joiningWorker = ({ name, does, needs, command, documents }: Joining): Step => ({
  name,
  does,
  on: workers,
  pace: 'all at once',
  retry: 'bootstrap',
  ...(needs ? { needs } : {}),
  gives: 'workers',
  async check({ host }) {
    const [found, left] = await Promise.all([host.read(existing([completed('worker')])), leftAdmission(host)]);
    return found.length > 0 ? left : ['kubeadm join has not ended well here'];
  },
  async apply(context) {
    const { host } = context;
    if ((await host.read(existing([completed('worker')]))).length > 0) return withdrawAdmission(context);
    const kubeadm = await command(context);
    await withAdmission(
      context,
      (admission) => documents(context, admission),
      () => host.runUnit(takeOver(host.machine, { role: 'worker', ...kubeadm })),
    );
  },
  release: withdrawAdmission,
});

export const joinWorker: Step = joiningWorker({
  name: 'joinWorker',
  does: 'Join the worker with a token of its own, and delete the token',
  needs: ['signed certificates', 'healthy control plane', 'kubelet unit', 'images'],
  async command({ cluster, host }) {
    const ignored = expectedFindings(cluster, await groundOf(host), 'worker');
    return {
      kubeadm: sh`kubeadm join --config ${joinConfiguration} --ignore-preflight-errors ${ignored}`,
      ...laidKubeconfigs(cluster, host.machine),
    };
  },
  documents: ({ cluster, host }, admission) => joinDocuments(cluster, host.machine, admission),
});
