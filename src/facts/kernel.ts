import type { Cluster } from '../cluster/cluster.js';
import type { Fact } from './fact.js';
import { lines } from './files.js';
import { sh } from './sh.js';

/** Modules that the kubelet and pod networks need; and kube-proxy, which loads none itself, in mode `ipvs`. */
const always = ['overlay', 'br_netfilter'];
const ofIpvs = ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh'];
export const possibleModules: readonly string[] = [...always, ...ofIpvs];
export const modulesFor = ({ networking }: Cluster): readonly string[] =>
  networking.kubeProxyMode === 'ipvs' ? possibleModules : always;

/** Shell function: the module is loaded or built in; a kernel without module files shows br_netfilter by its parameters only. */
export const moduleIsThere =
  'loaded() { [ -d "/sys/module/$1" ] || { [ "$1" = br_netfilter ] && [ -d /proc/sys/net/bridge ]; } || grep -qs "/$1.ko" "/lib/modules/$(uname -r)/modules.builtin"; }; ';

/** Those of the modules that are neither loaded nor built in. */
export const absentModules = (modules: readonly string[]): Fact<string[]> => ({
  command: moduleIsThere + sh`for module in ${modules}; do loaded "$module" || echo "$module"; done`,
  parse: ({ stdout }) => lines(stdout),
});

/** Kernel parameters by name; one that the kernel does not have is left out. */
export const kernelParameters = (names: readonly string[]): Fact<Map<string, string>> => ({
  command: sh`sysctl -e ${names}`,
  parse: ({ stdout }) =>
    new Map(
      lines(stdout).map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]),
    ),
});

/** Which control group hierarchy the host uses: 1, or 2 (unified). */
export const cgroupVersion: Fact<1 | 2> = {
  command: 'stat -fc %T /sys/fs/cgroup',
  parse({ stdout }) {
    const type = stdout.trim();
    if (!['cgroup2fs', 'tmpfs'].includes(type)) throw new Error(`/sys/fs/cgroup is of type ${type}`);
    return type === 'cgroup2fs' ? 2 : 1;
  },
};

/** What a container or a virtual machine may take away from a host that Kubernetes would use. */
export interface Limits {
  /** CAP_SYS_RESOURCE (bit 24 of the bounding set, capability.h): without it no process's OOM score can be lowered. */
  readonly lowersOomScore: boolean;
  /** The connection tracking limits belong to this host and not to a machine around it. */
  readonly setsConntrack: boolean;
}

export const limits: Fact<Limits> = {
  command: `sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status; systemd-detect-virt -cq; case $? in 0) echo container;; 1) echo machine;; *) exit 69;; esac`,
  parse({ stdout }) {
    const [, capabilities, kind] = /^([0-9a-f]+)\n(container|machine)\n$/.exec(stdout) ?? [];
    if (capabilities === undefined) throw new Error('the host does not say what its processes may do');
    return {
      lowersOomScore: ((BigInt(`0x${capabilities}`) >> 24n) & 1n) === 1n,
      setsConntrack: kind === 'machine',
    };
  },
};
