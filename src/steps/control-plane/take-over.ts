import type { Cluster, Machine } from '../../cluster/cluster.js';
import type { PreflightName } from '../../cluster/preflight-problems.js';
import { isStacked, sharesApiPort } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import { findsKubeconfigs } from '../certificates/asked-certificates.js';
import { layKubeconfigs, signedFolder } from '../certificates/kubeconfigs.js';
import type { Asked } from '../host.js';
import type { Ground } from './kubeadm-documents.js';

const kubernetes = '/etc/kubernetes';

export type Role = 'control-plane' | 'worker';

/** What a kubeadm that failed half-way leaves behind; a control plane's certificates and etcd are others' and stay. */
const debris = (role: Role): string[] => [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
    (name) => `${kubernetes}/manifests/${name}.yaml`,
  ),
  ...['admin', 'super-admin', 'kubelet', 'bootstrap-kubelet', 'controller-manager', 'scheduler'].map(
    (name) => `${kubernetes}/${name}.conf`,
  ),
  ...(role === 'worker' ? [`${kubernetes}/pki/ca.crt`] : []),
];

/** Tells that kubeadm ended well on this host: half of its files are there after a failure too. */
export const completed = (role: Role): string => `/var/lib/kha/${role}`;

/** Whether kubeadm ended well on this host, and nobody ran `kubeadm reset` since, which knows nothing of the mark. */
export async function hasCompleted(host: Asked, role: Role): Promise<boolean> {
  const mark = completed(role);
  const found = await host.read(existing([mark, ...debris(role)]));
  return found.includes(mark) && found.length > 1;
}

const dropIn = '/etc/systemd/system/kubelet.service.d/20-standalone.conf';
const configuration = '/var/lib/kubelet/config.yaml';
/** A standalone kubelet's files, for the time that kubeadm has the kubelet. */
export const standby = '/var/lib/kha/standalone';
/** There from the moment a `kubeadm join` of a control plane is begun until it has ended well. */
export const joiningPath = '/var/lib/kha/joining';

/** The kubelet carries etcd before there is an API server: where kubeadm did not take it over, it goes back to that. */
const backToStandalone = [
  'back_to_standalone() {',
  sh`  if [ -e ${`${standby}/20-standalone.conf`} ] && [ ! -e ${`${kubernetes}/kubelet.conf`} ]; then`,
  sh`    mkdir -p /var/lib/kubelet ${`${kubernetes}/manifests`}; cp -p ${`${standby}/config.yaml`} ${configuration}; cp -p ${`${standby}/20-standalone.conf`} ${dropIn}`,
  '    systemctl daemon-reload; systemctl restart kubelet.service',
  '  fi',
  '}',
];

export interface TakeOver {
  readonly role: Role;
  /** The command, as shell. */
  readonly kubeadm: string;
  /** A command that is awaited for up to three minutes before kubeadm runs; without its success kubeadm does not. */
  readonly awaited?: { readonly what: string; readonly command: string };
  /** Shell that lays the kubeconfigs that kubeadm is to find, where it cannot make them. */
  readonly kubeconfigs?: readonly string[];
  /** Ends what was cut short after the node had become Ready; where there is nothing of the kind, a person decides. */
  readonly finish?: string;
}

/**
 * The script around one kubeadm command, run as one transient unit. It first takes away what a failed attempt left, but
 * never on a host whose node is Ready; waits for what is awaited; lets kubeadm have the kubelet, and takes it back when
 * kubeadm fails; and marks success as its last act.
 */
export function takeOver(machine: Machine, { role, kubeadm, awaited, finish, kubeconfigs = [] }: TakeOver): string {
  const ready = sh`[ -e ${`${kubernetes}/kubelet.conf`} ] && kubectl --kubeconfig ${`${kubernetes}/kubelet.conf`} --request-timeout 5s get node ${machine.name} -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null | grep -qx True`;
  const mark = sh`mkdir -p /var/lib/kha; echo done >${completed(role)}; sync ${completed(role)}; rm -rf ${[standby, joiningPath, ...(kubeconfigs.length > 0 ? [signedFolder] : [])]}`;
  const refusal = `error: ${machine.name} is a Ready node already; nothing of it is taken away. Next: answer skip, or remove the node first`;
  return [
    'set -eu',
    // Left where somebody ran kubeadm reset: what follows is not done until it has ended.
    sh`rm -f ${completed(role)}`,
    ...backToStandalone,
    sh`for path in ${debris(role)}; do if [ -e "$path" ]; then left="\${left:-} $path"; fi; done`,
    'if [ -n "${left:-}" ]; then',
    `  if ${ready}; then`,
    finish ? `    ${finish}; ${mark}; exit 0` : sh`    echo ${refusal} >&2; exit 1`,
    '  fi',
    '  kept=/var/lib/kha/failed/$(date +%Y%m%dT%H%M%S); mkdir -p -m 0700 "$kept"; mv $left "$kept"; echo "kha: moved what a failed attempt left to $kept:$left"',
    'fi',
    'back_to_standalone',
    'if [ -n "${left:-}" ]; then',
    "  for try in $(seq 60); do if ! ss -Hltnp 'sport = :6443 or sport = :10257 or sport = :10259' | grep -qv '\"haproxy\"'; then break; fi; sleep 1; done",
    'fi',
    ...(awaited
      ? [
          `for try in $(seq 180); do if ${awaited.command} >/dev/null 2>&1; then met=yes; break; fi; sleep 1; done`,
          sh`if [ -z "\${met:-}" ]; then echo ${`error: after three minutes ${awaited.what}; kubeadm was not started`} >&2; exit 1; fi`,
        ]
      : []),
    // kubeadm itself has systemd read its units anew before it starts the kubelet (cmd/kubeadm/app/util/initsystem).
    sh`if [ -e ${dropIn} ]; then mkdir -p -m 0700 ${standby}; cp -p ${configuration} ${dropIn} ${standby}; sync; rm -f ${dropIn}; fi`,
    ...kubeconfigs,
    `if ${kubeadm}; then :; else code=$?; back_to_standalone; exit $code; fi`,
    mark,
  ].join('\n');
}

/** Of a host whose kubeconfigs kubeadm cannot make, as the key of the cluster's authority stays away. */
export const laidKubeconfigs = (cluster: Cluster, machine: Machine): Pick<TakeOver, 'kubeconfigs'> =>
  findsKubeconfigs(cluster) ? { kubeconfigs: layKubeconfigs(cluster, machine) } : {};

/** kubeadm's names of what a waiver of the spec lets pass. It looks for none of them on a worker (preflight/checks.go). */
const waivers = {
  cpu: ['NumCPU'],
  memory: ['Mem'],
  ports: ['Port-6443', 'Port-10257', 'Port-10259'],
} as const satisfies Partial<Record<PreflightName, readonly string[]>>;

/**
 * Findings of kubeadm's preflight that are so on purpose (the kubelet runs already, for etcd's pod where it is here), or
 * that kha's own preflight found and the spec waives.
 */
export function expectedFindings(cluster: Cluster, { cgroup }: Ground, role: Role): string {
  const master = role === 'control-plane';
  const { waive } = cluster.preflight;
  return [
    'DirAvailable--etc-kubernetes-manifests',
    'FileAvailable--etc-kubernetes-manifests-etcd.yaml',
    'Port-10250',
    ...(findsKubeconfigs(cluster) ? ['FileAvailable--etc-kubernetes-kubelet.conf'] : []),
    ...(master && isStacked(cluster)
      ? ['Port-2379', 'Port-2380', `DirAvailable-${cluster.etcd.dataDir.replaceAll('/', '-')}`]
      : []),
    ...(cgroup === 1 ? ['SystemVerification'] : []),
    // haproxy's, at the virtual address; kubeadm tries the port at every address.
    ...(master && sharesApiPort(cluster) ? ['Port-6443'] : []),
    ...(master ? Object.entries(waivers).flatMap(([name, theirs]) => (waive.includes(name) ? theirs : [])) : []),
  ].join(',');
}
