import type { Cluster, Machine } from '../../cluster/cluster.js';
import { etcdHosts } from '../../cluster/roles.js';
import { etcdApi, etcdHasTls } from '../../cluster/seed-profile.js';
import { etcdHealth } from '../../facts/etcd.js';
import { sh } from '../../facts/sh.js';
import { clientUrl } from '../etcd/manifest.js';
import { masterConfiguration } from './master-configuration.js';

/** There from the beginning of a renewal until its end: whatever ends it before, all of it is done again. */
export const renewing = '/etc/kubernetes/kha/renewing';

/** Phases of `kubeadm alpha phase kubeconfig`. The kubelet renews what it shows, but reads this file when it starts. */
export const kubeconfigPhases = ['admin', 'controller-manager', 'scheduler', 'kubelet'] as const;
export const kubeconfigPath = (phase: (typeof kubeconfigPhases)[number]): string => `/etc/kubernetes/${phase}.conf`;

/** Static pods by their manifests, and where they listen (k8s.io/kubernetes v1.9.0, pkg/master/ports). */
const pods = { 'kube-apiserver': 6443, 'kube-controller-manager': 10252, 'kube-scheduler': 10251 } as const;

/**
 * Shell that makes the kubeconfigs anew, each for the server that the old one names, starts again who has read them or a
 * certificate, and takes the mark away. An etcd of the time reads its certificate at its start, as all of them do.
 */
export const showRenewed = (cluster: Cluster, machine: Machine): string =>
  [
    'set -eu; umask 077',
    ...kubeconfigPhases.flatMap(newKubeconfig),
    ...(etcdHasTls(cluster) ? restartMember(cluster, machine) : []),
    ...Object.entries(pods).flatMap(([pod, port]) => restart(pod, port)),
    'systemctl restart kubelet.service',
    sh`rm -rf ${renewing}`,
  ].join('\n');

/** A member that answers is not stopped while another does not: what is left might be no majority. */
function restartMember(cluster: Cluster, machine: Machine): string[] {
  const health = (members: readonly Machine[]): string =>
    members.length === 0
      ? 'true'
      : `${etcdHealth(
          members.map((one) => clientUrl(cluster, one)),
          etcdApi(cluster),
        )} >/dev/null 2>&1`;
  const own = health([machine]);
  const others = health(etcdHosts(cluster).filter((one) => one !== machine));
  return [
    `if ${own} && ! { ${others}; }; then echo 'error: another etcd member does not answer; this one was not started again' >&2; exit 1; fi`,
    ...restart('etcd', 2379),
    `met=; for try in $(seq 180); do if ${own}; then met=yes; break; fi; sleep 1; done`,
    `if [ -z "$met" ]; then echo 'error: three minutes after its start the etcd member does not answer' >&2; exit 1; fi`,
  ];
}

/** kubeadm keeps a kubeconfig that it finds, so the old one goes aside, and comes back where there is no new one. */
function newKubeconfig(phase: (typeof kubeconfigPhases)[number]): string[] {
  const path = kubeconfigPath(phase);
  const kept = `${renewing}/${phase}.conf`;
  return [
    sh`if [ -e ${path} ]; then mv -fT ${path} ${kept}; fi`,
    sh`if ! kubeadm alpha phase kubeconfig ${phase} --config ${masterConfiguration}; then mv -fT ${kept} ${path}; exit 1; fi`,
    sh`server=$(sed -n 's/^ *server: *//p' ${kept}); sed "s|^\\( *server:\\).*|\\1 $server|" ${path} >${`${path}.new`}; sync ${`${path}.new`}; mv -fT ${`${path}.new`} ${path}`,
  ];
}

/** The manifest is taken away until nobody listens any more; haproxy may, at the virtual address. */
function restart(pod: string, port: number): string[] {
  const manifest = `/etc/kubernetes/manifests/${pod}.yaml`;
  const kept = `${renewing}/${pod}.yaml`;
  return [
    sh`back() { if [ -e ${kept} ]; then mv -fT ${kept} ${manifest}; sync ${manifest}; fi; }`,
    "trap back EXIT; trap 'exit 1' INT TERM",
    sh`if [ -e ${manifest} ]; then mv -fT ${manifest} ${kept}; fi; gone=`,
    `for try in $(seq 240); do if ! ss -Hltnp ${sh`${`sport = :${port}`}`} | grep -qv '"haproxy"'; then gone=yes; break; fi; sleep 0.5; done`,
    sh`if [ -z "$gone" ]; then echo ${`error: ${pod} did not stop within two minutes`} >&2; exit 1; fi`,
    'back',
  ];
}
