import { containerHosts } from '../../cluster/roles.js';
import { kernelParameters } from '../../facts/kernel.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles } from '../wanted-file.js';
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
const files = [
  {
    path: '/etc/sysctl.d/90-kubernetes.conf',
    content: Object.entries(wanted)
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
  async check({ host }) {
    const [missing, found, managed] = await Promise.all([
      missingFiles(host, files),
      host.read(kernelParameters(Object.keys(wanted))),
      managesCalicoInterfaces(host),
    ]);
    for (const [name, value] of Object.entries(wanted)) {
      if (found.get(name) !== value) missing.push(`${name} is ${found.get(name) ?? 'not there'}, not ${value}`);
    }
    return [...missing, ...managed];
  },
  async apply({ host }) {
    await writeFiles(host, files);
    await host.run('sysctl -q -p /etc/sysctl.d/90-kubernetes.conf');
    await leaveCalicoInterfaces(host);
  },
};
