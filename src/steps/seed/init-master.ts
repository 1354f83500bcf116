import { controlPlanes } from '../../cluster/roles.js';
import { etcdHealth } from '../../facts/etcd.js';
import { sh } from '../../facts/sh.js';
import { completed, hasCompleted } from '../control-plane/take-over.js';
import { clientUrls } from '../etcd/manifest.js';
import type { Step } from '../step.js';
import { masterConfiguration } from './master-configuration.js';

/**
 * Seed, line 138, on every master at once: etcd stands and they share all certificates. kubeadm 1.9 goes on with what it finds
 * of an attempt that failed, so nothing is taken away before another one.
 */
export const initMaster: Step = {
  name: 'initMaster',
  does: 'Run kubeadm init on every master at once: etcd stands and they share the certificates',
  on: controlPlanes,
  pace: 'all at once',
  retry: 'bootstrap',
  needs: ['certificates', 'images', 'kubelet unit', 'healthy etcd', 'api endpoint'],
  gives: 'control plane',
  check: async ({ host }) =>
    (await hasCompleted(host, 'control-plane')) ? [] : ['kubeadm init has not ended well here'],
  async apply({ cluster, host }) {
    const health = etcdHealth(clientUrls(cluster));
    const script = [
      'set -eu',
      // A host that was restarted in mid-install starts its member only now.
      `for try in $(seq 180); do if ${health} >/dev/null 2>&1; then met=yes; break; fi; sleep 1; done`,
      `if [ -z "\${met:-}" ]; then echo 'error: after three minutes not every etcd member answers; kubeadm was not started' >&2; exit 1; fi`,
      // Beyond the seed: the token that it makes is for nobody, and its output is kept.
      sh`kubeadm init --config ${masterConfiguration} --ignore-preflight-errors=all --skip-token-print`,
      sh`mkdir -p /var/lib/kha; echo done >${completed('control-plane')}; sync ${completed('control-plane')}`,
    ];
    await host.runUnit(script.join('\n'));
  },
};
