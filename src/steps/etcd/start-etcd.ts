import { etcdHosts } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { service } from '../../facts/service.js';
import { standaloneKubeletDocument, stream } from '../control-plane/kubeadm-documents.js';
import { groundOf } from '../control-plane/write-kubeadm-documents.js';
import type { Asked } from '../host.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';
import { etcdManifest } from './manifest.js';

const kubeletConfiguration = '/var/lib/kubelet/config.yaml';
/** Before an API server stands the kubelet has nobody to register with. */
const standalone: WantedFile = {
  path: '/etc/systemd/system/kubelet.service.d/20-standalone.conf',
  content: '[Service]\nEnvironment=KUBELET_KUBECONFIG_ARGS=\n',
};

export const startEtcd: Step = {
  name: 'startEtcd',
  does: 'Start the etcd member as a static pod of the kubelet',
  on: etcdHosts,
  pace: 'all at once',
  retry: 'edit',
  needs: ['certificate authorities', 'certificates', 'kubelet unit', 'images'],
  gives: 'etcd members',
  async check({ cluster, host }) {
    const [missing, state, mine] = await Promise.all([
      missingFiles(host, [etcdManifest(cluster, host.machine)]),
      host.read(service('kubelet.service', [standalone.path])),
      belongsToNode(host),
    ]);
    if (!mine) missing.push(...(await missingFiles(host, [standalone])), ...(await noConfiguration(host)));
    if (!state.active) missing.push('kubelet.service is not running');
    else if (state.stale) missing.push('kubelet.service runs with an older configuration');
    return missing;
  },
  async apply({ cluster, host }) {
    if (!(await belongsToNode(host))) {
      const document = stream(standaloneKubeletDocument(cluster, await groundOf(host)));
      await writeFiles(host, [{ path: kubeletConfiguration, content: document, mode: '600' }, standalone]);
    }
    await host.run('mkdir -p -m 0700 /var/lib/etcd');
    await writeFiles(host, [etcdManifest(cluster, host.machine)]);
    await host.run('systemctl daemon-reload && systemctl restart kubelet.service');
  },
};

/** kubeadm has taken the kubelet over, with a configuration of its own. */
async function belongsToNode(host: Asked): Promise<boolean> {
  return (await host.read(existing(['/etc/kubernetes/kubelet.conf']))).length > 0;
}

const noConfiguration = async (host: Asked): Promise<string[]> =>
  (await host.read(existing([kubeletConfiguration]))).length > 0 ? [] : [`${kubeletConfiguration} is not there`];
