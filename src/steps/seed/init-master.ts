import { controlPlanes } from '../../cluster/roles.js';
import { etcdApi } from '../../cluster/seed-profile.js';
import { etcdHealth } from '../../facts/etcd.js';
import { kubectl } from '../../facts/kubectl.js';
import { sh } from '../../facts/sh.js';
import { completed, hasCompleted } from '../control-plane/take-over.js';
import { clientUrls } from '../etcd/manifest.js';
import type { Step } from '../step.js';
import { masterConfiguration } from './master-configuration.js';

const manifests = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
  (name) => `/etc/kubernetes/manifests/${name}.yaml`,
);
const mark = sh`mkdir -p /var/lib/kha; echo done >${completed('control-plane')}; sync ${completed('control-plane')}`;

/** Whether kubeadm has done all that it does, as a shell condition: the node's label, and what it makes last for the cluster. */
const hasEnded = (name: string): string =>
  `${kubectl(['get', 'node', name, '-o', 'jsonpath={.metadata.labels}'])} 2>/dev/null | grep -q node-role.kubernetes.io/master && ` +
  `${kubectl(['-n', 'kube-system', 'get', 'configmap/kubeadm-config', 'daemonset/kube-proxy', 'deployment/kube-dns'])} >/dev/null 2>&1`;

/**
 * Seed, line 138, on every master at once: etcd stands and they share all certificates. On a master that runs kubeadm 1.9
 * would write the manifests anew, with their flags in another order, and fail as the API server restarts under it: one that
 * has come to its end without its mark is marked only, and of any other attempt the static pods go first.
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
    const health = etcdHealth(clientUrls(cluster), etcdApi(cluster));
    const script = [
      'set -eu',
      // A host that was restarted in mid-install starts its member only now.
      `for try in $(seq 180); do if ${health} >/dev/null 2>&1; then met=yes; break; fi; sleep 1; done`,
      `if [ -z "\${met:-}" ]; then echo 'error: after three minutes not every etcd member answers; kubeadm was not started' >&2; exit 1; fi`,
      sh`left=; for path in ${manifests}; do if [ -e "$path" ]; then left="$left $path"; fi; done`,
      'if [ -n "$left" ]; then',
      `  if ${hasEnded(host.machine.name)}; then ${mark}; exit 0; fi`,
      '  kept=/var/lib/kha/failed/$(date +%Y%m%dT%H%M%S); mkdir -p -m 0700 "$kept"; mv $left "$kept"; echo "kha: moved what a failed attempt left to $kept:$left"',
      `  for try in $(seq 60); do if ! ss -Hltnp 'sport = :6443 or sport = :10251 or sport = :10252' | grep -qv '"haproxy"'; then break; fi; sleep 1; done`,
      'fi',
      // Beyond the seed: the token that it makes is for nobody, and its output is kept.
      sh`kubeadm init --config ${masterConfiguration} --ignore-preflight-errors=all --skip-token-print`,
      mark,
    ];
    await host.runUnit(script.join('\n'));
  },
};
