import type { Machine } from '../../cluster/cluster.js';
import { sh } from '../../facts/sh.js';
import type { Ground } from './kubeadm-documents.js';

const kubernetes = '/etc/kubernetes';

/** What a kubeadm that failed half-way leaves behind; a master's certificates and etcd are others' and stay. */
const debris = (role: 'control-plane' | 'worker'): string[] => [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
    (name) => `${kubernetes}/manifests/${name}.yaml`,
  ),
  ...['admin', 'super-admin', 'kubelet', 'bootstrap-kubelet', 'controller-manager', 'scheduler'].map(
    (name) => `${kubernetes}/${name}.conf`,
  ),
  ...(role === 'worker' ? [`${kubernetes}/pki/ca.crt`] : []),
];

/** Tells that kubeadm ended well on this host: half of its files are there after a failure too. */
export const completed = (role: 'control-plane' | 'worker'): string => `/var/lib/kha/${role}`;

const dropIn = '/etc/systemd/system/kubelet.service.d/20-standalone.conf';
const configuration = '/var/lib/kubelet/config.yaml';
const standby = '/var/lib/kha/standalone';

/** The kubelet carries etcd before there is an API server: where kubeadm did not take it over, it goes back to that. */
const backToStandalone = [
  'back_to_standalone() {',
  sh`  if [ -e ${`${standby}/20-standalone.conf`} ] && [ ! -e ${`${kubernetes}/kubelet.conf`} ]; then`,
  sh`    cp -p ${`${standby}/config.yaml`} ${configuration}; cp -p ${`${standby}/20-standalone.conf`} ${dropIn}`,
  '    systemctl daemon-reload; systemctl restart kubelet.service',
  '  fi',
  '}',
];

/**
 * The script around one kubeadm command, run as one transient unit. It first takes away what a failed attempt left, but
 * never on a host whose node is Ready; waits up to three minutes for `awaited` to hold; lets kubeadm have the kubelet, and
 * takes it back when kubeadm fails; and marks success as its last act.
 */
export function takeOver(
  machine: Machine,
  role: 'control-plane' | 'worker',
  kubeadm: string,
  awaited = 'true',
): string {
  return [
    'set -eu',
    ...backToStandalone,
    sh`for path in ${debris(role)}; do if [ -e "$path" ]; then left="\${left:-} $path"; fi; done`,
    'if [ -n "${left:-}" ]; then',
    sh`  if [ -e ${`${kubernetes}/kubelet.conf`} ] && kubectl --kubeconfig ${`${kubernetes}/kubelet.conf`} --request-timeout 5s get node ${machine.name} -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null | grep -qx True; then`,
    sh`    echo ${`error: ${machine.name} is a Ready node already; nothing of it is taken away. Next: answer skip, or remove the node first`} >&2; exit 1`,
    '  fi',
    '  kept=/var/lib/kha/failed/$(date +%Y%m%dT%H%M%S); mkdir -p -m 0700 "$kept"; mv $left "$kept"; echo "kha: moved what a failed attempt left to $kept:$left"',
    'fi',
    'back_to_standalone',
    'if [ -n "${left:-}" ]; then',
    '  for try in $(seq 60); do if [ -z "$(ss -Hltn \'sport = :6443 or sport = :10257 or sport = :10259\')" ]; then break; fi; sleep 1; done',
    'fi',
    `for try in $(seq 180); do if ${awaited} >/dev/null 2>&1; then break; fi; sleep 1; done`,
    sh`if [ -e ${dropIn} ]; then mkdir -p -m 0700 ${standby}; cp -p ${configuration} ${dropIn} ${standby}; sync; rm -f ${dropIn}; systemctl daemon-reload; fi`,
    `if ${kubeadm}; then :; else code=$?; back_to_standalone; exit $code; fi`,
    sh`mkdir -p /var/lib/kha; echo done >${completed(role)}; sync ${completed(role)}; rm -rf ${standby}`,
  ].join('\n');
}

/** Findings of kubeadm's preflight that are so on purpose: the kubelet already runs etcd's pod here. */
export function expectedFindings({ cgroup }: Ground): string {
  return [
    'DirAvailable--etc-kubernetes-manifests',
    'FileAvailable--etc-kubernetes-manifests-etcd.yaml',
    'Port-10250',
    ...(cgroup === 1 ? ['SystemVerification'] : []),
  ].join(',');
}
