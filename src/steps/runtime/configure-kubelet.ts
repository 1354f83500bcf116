import { containerHosts } from '../../cluster/roles.js';
import { service } from '../../facts/service.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles } from '../wanted-file.js';

/** The unit and drop-in that kubeadm's documentation gives for its packages (kubernetes.io, kubelet drop-in). */
const files = [
  {
    path: '/etc/systemd/system/kubelet.service',
    content: `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target containerd.service

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

export const configureKubelet: Step = {
  name: 'configureKubelet',
  does: 'Write the kubelet’s unit and its drop-in',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  gives: 'kubelet unit',
  async check({ host }) {
    const [missing, state] = await Promise.all([missingFiles(host, files), host.read(service('kubelet.service'))]);
    return state.enabled ? missing : [...missing, 'kubelet.service is not enabled'];
  },
  async apply({ host }) {
    await writeFiles(host, files);
    await host.run('systemctl daemon-reload && systemctl enable -q kubelet.service');
  },
};
