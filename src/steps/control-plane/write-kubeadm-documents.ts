import type { Cluster } from '../../cluster/cluster.js';
import { controlPlanes, etcdHosts, isStacked } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import { cgroupVersion, limits } from '../../facts/kernel.js';
import { refuseMovedData } from '../etcd/moved-data.js';
import type { Asked } from '../host.js';
import type { CheckContext, Step } from '../step.js';
import { missingFiles, writeFiles, type FollowingFile } from '../wanted-file.js';
import { refuseOtherBeginning } from './begun-otherwise.js';
import { certificateConfiguration, initDocuments, type EtcdLayout, type Ground } from './kubeadm-documents.js';

const externalConfiguration = '/etc/kubernetes/kha/kubeadm-external.yaml';

/** What `kubeadm init` is told: the same document, or one of its own where etcd has hosts of its own. */
export const initConfiguration = (cluster: Cluster): string =>
  isStacked(cluster) ? certificateConfiguration : externalConfiguration;

export const writeKubeadmDocuments: Step = {
  name: 'writeKubeadmDocuments',
  does: 'Write what kubeadm is told',
  on: (cluster) => [...new Set([...controlPlanes(cluster), ...etcdHosts(cluster)])],
  pace: 'all at once',
  retry: 'edit',
  async check(context) {
    const { host } = context;
    const missing = await missingFiles(host, files(context));
    if (missing.length === 0) return missing;
    const found = await host.read(file(certificateConfiguration));
    await refuseMovedData(context);
    if (found) await refuseOtherBeginning(context, found.content);
    return missing;
  },
  apply: async (context) => writeFiles(context.host, files(context)),
};

export async function groundOf(host: Asked): Promise<Ground> {
  const [cgroup, found] = await Promise.all([host.read(cgroupVersion), host.read(limits)]);
  return { cgroup, limits: found };
}

function files({ cluster, host }: CheckContext): FollowingFile[] {
  const ground = groundOf(host);
  const wanted = (path: string, etcd: EtcdLayout): FollowingFile => ({
    path,
    content: ground.then((found) => initDocuments(cluster, host.machine, found, etcd)),
    mode: '600',
  });
  const outside = !isStacked(cluster) && controlPlanes(cluster).includes(host.machine);
  return [
    wanted(certificateConfiguration, 'local'),
    ...(outside ? [wanted(initConfiguration(cluster), 'external')] : []),
  ];
}
