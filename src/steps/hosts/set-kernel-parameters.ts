import type { Cluster } from '../../cluster/cluster.js';
import { podSubnetOf } from '../../cluster/families.js';
import { containerHosts } from '../../cluster/roles.js';
import { kernelParameters } from '../../facts/kernel.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';
import { leaveCalicoInterfaces, managesCalicoInterfaces } from './network-manager.js';

/**
 * Kubernetes’ documentation, container runtimes: what must be on before kubeadm’s preflight. Kubelet, runtime and every pod
 * whose log is followed take an inotify instance, of which Debian allows 128: then the kubelet does not start any more.
 */
const wanted = {
  'net.ipv4.ip_forward': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'fs.inotify.max_user_instances': '8192',
};

/** `default` is what kubeadm looks at; the kernel sets it with `all` (addrconf_fixup_forwarding), and a file may have both. */
const ofIpv6 = { 'net.ipv6.conf.all.forwarding': '1', 'net.ipv6.conf.default.forwarding': '1' };

const parameters = (cluster: Cluster): Readonly<Record<string, string>> =>
  podSubnetOf(cluster, 6) !== undefined ? { ...wanted, ...ofIpv6 } : wanted;

const files = (cluster: Cluster): WantedFile[] => [
  {
    path: '/etc/sysctl.d/90-kubernetes.conf',
    content: Object.entries(parameters(cluster))
      .map(([name, value]) => `${name} = ${value}\n`)
      .join(''),
  },
];

export const setKernelParameters: Step = {
  name: 'setKernelParameters',
  does: 'Set the kernel parameters for forwarding, bridged traffic and inotify; keep NetworkManager off Calico’s interfaces',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  async check({ cluster, host }) {
    const [missing, found, managed] = await Promise.all([
      missingFiles(host, files(cluster)),
      host.read(kernelParameters(Object.keys(parameters(cluster)))),
      managesCalicoInterfaces(host),
    ]);
    for (const [name, value] of Object.entries(parameters(cluster))) {
      if (found.get(name) !== value) missing.push(`${name} is ${found.get(name) ?? 'not there'}, not ${value}`);
    }
    return [...missing, ...managed];
  },
  async apply({ cluster, host }) {
    await writeFiles(host, files(cluster));
    await host.run('sysctl -q -p /etc/sysctl.d/90-kubernetes.conf');
    await leaveCalicoInterfaces(host);
  },
};
