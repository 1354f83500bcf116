import { workers } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import {
  joinConfiguration,
  leftAdmission,
  withAdmission,
  withdrawAdmission,
} from '../control-plane/bootstrap-token.js';
import { joinDocuments } from '../control-plane/kubeadm-documents.js';
import { completed, expectedFindings, laidKubeconfigs, takeOver } from '../control-plane/take-over.js';
import { groundOf } from '../control-plane/write-kubeadm-documents.js';
import type { Step } from '../step.js';

export const joinWorker: Step = {
  name: 'joinWorker',
  does: 'Join the worker with a token of its own, and delete the token',
  on: workers,
  pace: 'all at once',
  retry: 'bootstrap',
  needs: ['signed certificates', 'network', 'kubelet unit', 'images'],
  gives: 'workers',
  async check({ host }) {
    const found = await host.read(existing([completed('worker')]));
    return found.length > 0 ? leftAdmission(host) : ['kubeadm join has not ended well here'];
  },
  async apply(context) {
    const { cluster, host } = context;
    if ((await host.read(existing([completed('worker')]))).length > 0) return withdrawAdmission(context);
    const ignored = expectedFindings(cluster, await groundOf(host), 'worker');
    const kubeadm = sh`kubeadm join --config ${joinConfiguration} --ignore-preflight-errors ${ignored}`;
    await withAdmission(
      context,
      (admission) => joinDocuments(cluster, host.machine, admission),
      () =>
        host.runUnit(takeOver(host.machine, { role: 'worker', kubeadm, ...laidKubeconfigs(cluster, host.machine) })),
    );
  },
  release: withdrawAdmission,
};
