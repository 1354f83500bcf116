import type { Cluster, Machine } from '../../cluster/cluster.js';
import { etcdHosts } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { service } from '../../facts/service.js';
import { sh } from '../../facts/sh.js';
import { standaloneKubeletDocument, stream } from '../control-plane/kubeadm-documents.js';
import { groundOf } from '../control-plane/write-kubeadm-documents.js';
import type { Asked } from '../host.js';
import { Refusal } from '../refusal.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';
import { readAnew } from '../wanted-service.js';
import { etcdManifest, foundingOf } from './manifest.js';
import { refuseMovedData } from './moved-data.js';
import { laidPath, manifestPath, standingOf, type Standing } from './standing.js';

const kubeletConfiguration = '/var/lib/kubelet/config.yaml';
/** Before an API server stands the kubelet has nobody to register with. */
const standalone: WantedFile = {
  path: '/etc/systemd/system/kubelet.service.d/20-standalone.conf',
  content: '[Service]\nEnvironment=KUBELET_KUBECONFIG_ARGS=\n',
};

export const startEtcd: Step = {
  name: 'startEtcd',
  does: 'Start the etcd member as a static pod of the kubelet, for the first time or again',
  on: etcdHosts,
  pace: 'all at once',
  retry: 'edit',
  needs: ['certificate authorities', 'certificates', 'kubelet unit', 'images', 'founding members'],
  gives: 'etcd members',
  async check(context) {
    const { host } = context;
    const [standing, manifest, state, mine] = await Promise.all([
      standingOf(context),
      host.read(existing([manifestPath])),
      host.read(service('kubelet.service', [standalone.path])),
      belongsToNode(host),
    ]);
    if (standing === 'newcomer' || standing === 'joining') return [];
    const missing = manifest.length > 0 ? [] : [`${manifestPath} is not there`];
    if (!mine) missing.push(...(await Promise.all([missingFiles(host, [standalone]), noConfiguration(host)])).flat());
    if (!state.active) missing.push('kubelet.service is not running');
    else if (state.stale) missing.push('kubelet.service runs with an older configuration');
    return missing;
  },
  async apply(context) {
    const { cluster, host } = context;
    const standing = await standingOf(context);
    refuseUnlaid(host.machine, standing);
    await refuseMovedData(context);
    if (!(await belongsToNode(host)))
      await writeFiles(host, standaloneFiles(stream(standaloneKubeletDocument(cluster, await groundOf(host)))));
    await host.run(sh`mkdir -p -m 0700 ${cluster.etcd.dataDir}`);
    if (standing === 'founder') await host.run(moveIntoPlace);
    else if ((await host.read(existing([manifestPath]))).length === 0)
      await writeFiles(host, [etcdManifest(cluster, host.machine, manifestPath, again(cluster))]);
    await host.run(`${readAnew('kubelet.service')} && systemctl restart kubelet.service`);
  },
};

/** A kubelet for static pods alone. */
export const standaloneFiles = (document: string): WantedFile[] => [
  { path: kubeletConfiguration, content: document, mode: '600' },
  standalone,
];

/** Throws Refusal on a host that is to found no cluster, and has no member to start again. */
export function refuseUnlaid({ name }: Machine, standing: Standing): void {
  if (standing !== 'founder' && standing !== 'member')
    throw new Refusal(
      `etcd is not started on ${name}: ${standing === 'bare' ? 'its manifest was not laid ready' : 'the cluster stands without it'}`,
      'answer abort and install again: every host is looked at anew',
    );
}

/** Once: whoever was laid ready founds the cluster with the others. */
export const moveIntoPlace = sh`mkdir -p /etc/kubernetes/manifests && mv -n ${laidPath} ${manifestPath} && sync ${manifestPath}`;

/** For data that is there; should it turn out to be none, etcd must not found a cluster of its own. */
export const again = (cluster: Cluster): string[] =>
  foundingOf(cluster).map((flag) => flag.replace(/(initial-cluster-state)=new/, '$1=existing'));

/** kubeadm has taken the kubelet over, with a configuration of its own. */
async function belongsToNode(host: Asked): Promise<boolean> {
  return (await host.read(existing(['/etc/kubernetes/kubelet.conf']))).length > 0;
}

const noConfiguration = async (host: Asked): Promise<string[]> =>
  (await host.read(existing([kubeletConfiguration]))).length > 0 ? [] : [`${kubeletConfiguration} is not there`];
