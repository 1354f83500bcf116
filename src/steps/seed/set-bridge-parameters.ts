import { containerHosts } from '../../cluster/roles.js';
import { kernelParameters } from '../../facts/kernel.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';

/** Seed, lines 43 to 47. docker switches net.ipv4.ip_forward on by itself. */
const names = ['net.bridge.bridge-nf-call-ip6tables', 'net.bridge.bridge-nf-call-iptables'];
const file: WantedFile = {
  path: '/etc/sysctl.d/k8s.conf',
  content: names.map((name) => `${name} = 1\n`).join(''),
};

export const setBridgeParameters: Step = {
  name: 'setBridgeParameters',
  does: 'Set the kernel parameters for bridged traffic',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  async check({ host }) {
    const [missing, found] = await Promise.all([missingFiles(host, [file]), host.read(kernelParameters(names))]);
    const wrong = names.filter((name) => found.get(name) !== '1');
    return [...missing, ...wrong.map((name) => `${name} is ${found.get(name) ?? 'not there'}, not 1`)];
  },
  async apply({ host }) {
    await writeFiles(host, [file]);
    await host.run(`sysctl -q -p ${file.path}`);
  },
};
