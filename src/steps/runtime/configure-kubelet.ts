import type { Cluster, Machine } from '../../cluster/cluster.js';
import { containerHosts, etcdHosts } from '../../cluster/roles.js';
import { usualDataDir } from '../../cluster/usual-folders.js';
import { service } from '../../facts/service.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';
import { enabled } from '../wanted-service.js';

/** The unit and drop-in that kubeadm's documentation gives for its packages (kubernetes.io, kubelet drop-in). */
const files = (cluster: Cluster, machine: Machine): WantedFile[] => [
  {
    path: '/etc/systemd/system/kubelet.service',
    content: `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target containerd.service${waitsForDisk(cluster, machine)}

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=1

[Install]
WantedBy=multi-user.target
`,
  },
  {
    path: '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
    content: `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`,
  },
];

/** Without its disk an etcd member would start empty, under the name of one that voted: the kubelet, which starts it, waits. */
const waitsForDisk = (cluster: Cluster, machine: Machine): string =>
  cluster.etcd.dataDir !== usualDataDir && etcdHosts(cluster).includes(machine)
    ? `\nRequiresMountsFor=${cluster.etcd.dataDir}`
    : '';

export const configureKubelet: Step = {
  name: 'configureKubelet',
  does: 'Write the kubelet’s unit and its drop-in',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  gives: 'kubelet unit',
  async check({ cluster, host }) {
    const wanted = files(cluster, host.machine);
    const [missing, state] = await Promise.all([missingFiles(host, wanted), host.read(service('kubelet.service'))]);
    return state.enabled ? missing : [...missing, 'kubelet.service is not enabled'];
  },
  async apply({ cluster, host }) {
    await writeFiles(host, files(cluster, host.machine));
    await host.run(enabled('kubelet.service'));
  },
};
