import type { Machine } from '../../cluster/cluster.js';
import { apiServerUrl } from '../../cluster/roles.js';
import { etcdctl } from '../../facts/etcd.js';
import { httpsStatus } from '../../facts/network.js';
import { manifestPath } from './standing.js';

const changedPath = '/etc/kubernetes/kha/etcd-changed.yaml';
const formerPath = '/etc/kubernetes/kha/etcd-former.yaml';
const apiServer = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const apiServerPath = '/etc/kubernetes/kha/kube-apiserver-away.yaml';

/** What lies on a host only while a member is restarted: its changed manifest, and the API server's. */
export const restartPaths = { changed: changedPath, apiServer: apiServerPath } as const;

/** Every member of the live list, voters and learners, answers a read that needs a quorum. */
const allHealthy = `${etcdctl} endpoint health --cluster >/dev/null 2>&1`;

/**
 * Restarts the host's member with its changed manifest, or ends a restart that was cut short. The old manifest is taken away
 * until etcd is gone, so that nobody takes the member that is about to stop for one that runs. The host's API server is taken
 * away for as long: the kubelet asks it to delete the old pod's mirror before it starts the new one, and without its own
 * member it gives no answer for 34 seconds (kubelet, tryReconcileMirrorPods); where it is not there, the kubelet goes on at
 * once. Whatever ends the script, manifests are back in their places.
 */
export const restartScript = (machine: Machine): string =>
  [
    'set -eu',
    `healthy() { for try in $(seq "$1"); do if ${allHealthy}; then return 0; fi; sleep 1; done; return 1; }`,
    'gone() { for try in $(seq 120); do if ! ss -Hltnp "$2" | grep -q "$1"; then return 0; fi; sleep 0.5; done; return 1; }',
    `ready() { for try in $(seq 180); do if [ "$(${httpsStatus(`${apiServerUrl(machine)}/readyz`).command})" = 200 ]; then return 0; fi; sleep 1; done; return 1; }`,
    'back() {',
    `  if [ -e ${changedPath} ] && [ ! -e ${manifestPath} ] && [ -e ${formerPath} ]; then mv -f ${formerPath} ${manifestPath}; sync ${manifestPath}; fi`,
    `  if [ -e ${apiServerPath} ]; then mv -f ${apiServerPath} ${apiServer}; sync ${apiServer}; fi`,
    '}',
    "trap back EXIT; trap 'exit 1' INT TERM",
    `if [ -e ${changedPath} ]; then`,
    `  if [ -e ${manifestPath} ]; then healthy 60 || { echo 'error: not every etcd member is healthy, so none is restarted' >&2; exit 1; }; fi`,
    `  if [ -e ${apiServer} ]; then mv -f ${apiServer} ${apiServerPath}; fi`,
    `  gone kube-apiserver 'sport = :6443' || { echo 'error: the API server did not stop within a minute; etcd was left alone' >&2; exit 1; }`,
    `  if [ -e ${manifestPath} ]; then mv -f ${manifestPath} ${formerPath}; fi`,
    `  gone . 'sport = :2379 or sport = :2380' || { echo 'error: etcd did not stop within a minute; its manifest is as it was' >&2; exit 1; }`,
    `  mv -f ${changedPath} ${manifestPath}; sync ${manifestPath}`,
    'fi',
    `healthy 180 || { echo 'error: etcd is not healthy with its changed manifest; the former one is ${formerPath}' >&2; exit 1; }`,
    `if [ -e ${apiServerPath} ]; then`,
    `  back; ready || { echo 'error: the API server is not ready three minutes after etcd' >&2; exit 1; }`,
    'fi',
  ].join('\n');
