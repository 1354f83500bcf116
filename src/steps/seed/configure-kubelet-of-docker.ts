import type { Cluster } from '../../cluster/cluster.js';
import { serviceSubnets } from '../../cluster/families.js';
import { imageName } from '../../cluster/image-names.js';
import { addressText, networkOf } from '../../cluster/ip.js';
import { containerHosts } from '../../cluster/roles.js';
import { seedVersions } from '../../cluster/seed-versions.js';
import { docker } from '../../facts/docker.js';
import { service } from '../../facts/service.js';
import { Refusal } from '../refusal.js';
import type { CheckContext, Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';

/** The unit that the seed's rpm of the kubelet brings. */
const unit: WantedFile = {
  path: '/etc/systemd/system/kubelet.service',
  content: `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=http://kubernetes.io/docs/
After=docker.service

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`,
};

/** kube-dns has the tenth address of the services' network (kubeadm 1.9, GetDNSIP). */
function dnsAddress(cluster: Cluster): string {
  const { family, first } = networkOf(serviceSubnets(cluster)[0]!);
  return addressText(family, first + 10n);
}

/** Seed, lines 76 to 86. */
const dropIn = (cluster: Cluster, cgroupDriver: string): WantedFile => ({
  path: '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
  content: `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--pod-infra-container-image=${imageName(cluster, `pause-amd64:${seedVersions.pause}`)} --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_SYSTEM_PODS_ARGS=--pod-manifest-path=/etc/kubernetes/manifests --allow-privileged=true"
Environment="KUBELET_NETWORK_ARGS=--network-plugin=cni --cni-conf-dir=/etc/cni/net.d --cni-bin-dir=/opt/cni/bin"
Environment="KUBELET_DNS_ARGS=--cluster-dns=${dnsAddress(cluster)} --cluster-domain=${cluster.networking.dnsDomain}"
Environment="KUBELET_AUTHZ_ARGS=--authorization-mode=Webhook --client-ca-file=/etc/kubernetes/pki/ca.crt"
Environment="KUBELET_CADVISOR_ARGS=--cadvisor-port=0"
Environment="KUBELET_CGROUP_ARGS=--cgroup-driver=${cgroupDriver}"
Environment="KUBELET_CERTIFICATE_ARGS=--rotate-certificates=true --cert-dir=/var/lib/kubelet/pki"
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_SYSTEM_PODS_ARGS $KUBELET_NETWORK_ARGS $KUBELET_DNS_ARGS $KUBELET_AUTHZ_ARGS $KUBELET_CADVISOR_ARGS $KUBELET_CGROUP_ARGS $KUBELET_CERTIFICATE_ARGS $KUBELET_EXTRA_ARGS
`,
});

export const configureKubeletOfDocker: Step = {
  name: 'configureKubeletOfDocker',
  does: 'Write the kubelet’s unit and its drop-in, with the private pause image and docker’s driver of control groups',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  needs: ['container runtime'],
  gives: 'kubelet unit',
  async check(context) {
    const wanted = await files(context);
    if (!wanted) return ['docker does not answer, whose driver of control groups the kubelet must have'];
    const paths = wanted.map(({ path }) => path);
    const [missing, state] = await Promise.all([
      missingFiles(context.host, wanted),
      context.host.read(service('kubelet.service', paths)),
    ]);
    if (!state.enabled) missing.push('kubelet.service is not enabled');
    // Who starts it first is another step.
    if (state.active && state.stale) missing.push('kubelet.service runs with an older configuration');
    return missing;
  },
  async apply(context) {
    const wanted = await files(context);
    if (!wanted)
      throw new Refusal('docker does not answer at its socket', 'see journalctl -u docker.service, then answer retry');
    await writeFiles(context.host, wanted);
    // Containers go on while it starts again; where it does not run yet, it stays so.
    await context.host.run(
      'systemctl daemon-reload && systemctl enable -q kubelet.service && systemctl try-restart kubelet.service',
    );
  },
};

async function files({ cluster, host }: CheckContext): Promise<WantedFile[] | undefined> {
  const found = await host.read(docker);
  return found && [unit, dropIn(cluster, found.cgroupDriver)];
}
