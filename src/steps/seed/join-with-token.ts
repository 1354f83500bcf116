import { apiEndpoint, workers } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import {
  joinConfiguration,
  leftAdmission,
  withAdmission,
  withdrawAdmission,
} from '../control-plane/bootstrap-token.js';
import { completed, takeOver } from '../control-plane/take-over.js';
import type { Step } from '../step.js';
import { nodeDocument } from './master-configuration.js';

/**
 * kubeadm 1.9 leaves a kubelet alone that waits for its next start, ten seconds apart, and does not wait until it has shown the
 * token and got a certificate for it, which the token must live to see.
 */
const admitted =
  'systemctl restart kubelet.service && for try in $(seq 120); do if [ -e /etc/kubernetes/kubelet.conf ]; then break; fi; sleep 1; done && ' +
  "{ [ -e /etc/kubernetes/kubelet.conf ] || { echo 'error: two minutes after kubeadm join the kubelet has no certificate: see journalctl -u kubelet' >&2; false; }; }";

/** Seed, line 215, through the load balancer: a worker that joined through one master would need that one until the switch-over. */
export const joinWithToken: Step = {
  name: 'joinWithToken',
  does: 'Join the worker with a token of its own and the hash of the authority, and delete the token',
  on: workers,
  pace: 'all at once',
  retry: 'bootstrap',
  needs: ['network', 'kubelet unit', 'images'],
  gives: 'workers',
  async check({ host }) {
    const found = await host.read(existing([completed('worker')]));
    return found.length > 0 ? leftAdmission(host) : ['kubeadm join has not ended well here'];
  },
  async apply(context) {
    const { cluster, host } = context;
    if ((await host.read(existing([completed('worker')]))).length > 0) return withdrawAdmission(context);
    const kubeadm = `${sh`kubeadm join --config ${joinConfiguration} --ignore-preflight-errors=all`} && ${admitted}`;
    await withAdmission(
      context,
      (admission) => nodeDocument(apiEndpoint(cluster), admission),
      () => host.runUnit(takeOver(host.machine, { role: 'worker', kubeadm })),
    );
  },
  release: withdrawAdmission,
};
