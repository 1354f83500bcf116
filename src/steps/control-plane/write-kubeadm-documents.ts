import { controlPlanes, etcdHosts } from '../../cluster/roles.js';
import { cgroupVersion, limits } from '../../facts/kernel.js';
import type { Asked } from '../host.js';
import type { CheckContext, Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';
import { initDocuments, type Ground } from './kubeadm-documents.js';

export const initConfiguration = '/etc/kubernetes/kha/kubeadm.yaml';
/** The same with a local etcd: kubeadm makes etcd's certificates for no other. */
export const certificateConfiguration = '/etc/kubernetes/kha/kubeadm-certificates.yaml';

export const writeKubeadmDocuments: Step = {
  name: 'writeKubeadmDocuments',
  does: 'Write what kubeadm is told',
  on: (cluster) => [...new Set([...controlPlanes(cluster), ...etcdHosts(cluster)])],
  pace: 'all at once',
  retry: 'edit',
  check: async (context) => missingFiles(context.host, await files(context)),
  apply: async (context) => writeFiles(context.host, await files(context)),
};

export async function groundOf(host: Asked): Promise<Ground> {
  const [cgroup, found] = await Promise.all([host.read(cgroupVersion), host.read(limits)]);
  return { cgroup, limits: found };
}

async function files({ cluster, host }: CheckContext): Promise<WantedFile[]> {
  const ground = await groundOf(host);
  const wanted = (path: string, etcd: 'local' | 'external'): WantedFile => ({
    path,
    content: initDocuments(cluster, host.machine, ground, etcd),
    mode: '600',
  });
  return [wanted(initConfiguration, 'external'), wanted(certificateConfiguration, 'local')];
}
