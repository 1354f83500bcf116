import { apiEndpoint } from '../../cluster/roles.js';
import { sh } from '../../facts/sh.js';
import { joinConfiguration } from '../control-plane/bootstrap-token.js';
import type { Step } from '../step.js';
import { joiningWorker } from '../workers/join-worker.js';
import { nodeDocument } from './master-configuration.js';

/**
 * kubeadm 1.9 leaves a kubelet alone that waits for its next start, ten seconds apart, and does not wait until it has shown the
 * token and got a certificate for it, which the token must live to see.
 */
const admitted =
  'systemctl restart kubelet.service && for try in $(seq 120); do if [ -e /etc/kubernetes/kubelet.conf ]; then break; fi; sleep 1; done && ' +
  "{ [ -e /etc/kubernetes/kubelet.conf ] || { echo 'error: two minutes after kubeadm join the kubelet has no certificate: see journalctl -u kubelet' >&2; false; }; }";

/** Seed, line 215, through the load balancer: a worker that joined through one master would need that one until the switch-over. */
export const joinWithToken: Step = joiningWorker({
  name: 'joinWithToken',
  does: 'Join the worker with a token of its own and the hash of the authority, and delete the token',
  needs: ['healthy control plane', 'kubelet unit', 'images'],
  command: () =>
    Promise.resolve({
      kubeadm: `${sh`kubeadm join --config ${joinConfiguration} --ignore-preflight-errors=all`} && ${admitted}`,
    }),
  documents: ({ cluster }, admission) => nodeDocument(apiEndpoint(cluster), admission),
});
