import type { Cluster, Machine } from '../../cluster/cluster.js';
import { toleratesSwap } from '../../cluster/node-settings.js';
import { openings } from '../../cluster/ports.js';
import type { PreflightName } from '../../cluster/preflight-problems.js';
import { familyOf } from '../../cluster/ip.js';
import { containerHosts, controlPlanes, isNode } from '../../cluster/roles.js';
import { knownSystem } from '../../cluster/systems.js';
import { isSeed } from '../../cluster/seed-profile.js';
import type { Identity } from '../../facts/identity.js';
import { modulesFor } from '../../facts/kernel.js';
import type { Survey } from '../../facts/survey.js';
import type { Problem } from './problem.js';
import { systemProblems } from './system-problems.js';

/** kubeadm's own minimum: two CPUs and 1700 MB on a control plane (kubernetes.io, installing kubeadm). */
const minimum = { cpus: 2, memoryMb: 1700, workerMemoryMb: 700 };

/** Of the unified hierarchy; kubeadm wants the same (system-validators, SystemVerification). */
const controllers = ['cpuset', 'cpu', 'memory', 'pids'];

/** What is looked at of a host. */
export type Looked = Survey & Pick<Identity, 'machineId'>;

/** Everything that the survey of a host shows to be wrong for what the spec wants of it. */
export function hostProblems(cluster: Cluster, machine: Machine, found: Looked): Problem[] {
  const problems: Problem[] = [];
  const say = (when: boolean, name: PreflightName, words: string, warning = false): void => {
    if (when) problems.push({ name, words, warning });
  };
  const controlPlane = controlPlanes(cluster).includes(machine);
  const ours = found.claim === cluster.name;

  say(found.user !== 0, 'sudo', `commands run as user ${found.user}, not as root`);
  say(found.init !== 'systemd', 'os', `process 1 is ${found.init}; systemd is needed`);
  problems.push(...systemProblems(found));
  say(controlPlane && found.cpus < minimum.cpus, 'cpu', `${found.cpus} CPU; a control plane needs ${minimum.cpus}`);
  const memory = controlPlane ? minimum.memoryMb : minimum.workerMemoryMb;
  say(found.memoryMb < memory, 'memory', `${found.memoryMb} MB of memory; ${memory} MB are needed`);
  say(
    !/^[0-9a-f]{32}$/.test(found.machineId),
    'machine-id',
    `/etc/machine-id holds ${JSON.stringify(found.machineId)}; run systemd-machine-id-setup`,
  );
  say(
    found.hostName !== machine.name,
    'host-name',
    `the host calls itself ${found.hostName}; its node will be named ${machine.name}`,
    true,
  );
  say(
    // Those of IPv6 are another question’s (ipv6-problems.ts).
    familyOf(machine.address) === 4 && !found.addresses.includes(machine.address),
    'address',
    `${machine.address} is on none of its interfaces (${found.addresses.join(', ')}); what only kha reaches it at is hosts[].ssh.address`,
  );
  const swaps = toleratesSwap(cluster, machine) ? [] : found.swaps;
  say(swaps.length > 0, 'swap', `swap is on (${swaps.join(', ')}) and will be switched off`, true);
  say(
    found.selinux === '1',
    'os',
    cluster.selinux === 'permissive'
      ? 'SELinux enforces and will be set to permissive'
      : 'SELinux enforces and stays so, which no test of kha has tried yet',
    true,
  );
  say(
    !['cgroup2fs', 'tmpfs'].includes(found.cgroup),
    'cgroups',
    `/sys/fs/cgroup is ${found.cgroup}; a control group hierarchy is needed`,
  );
  say(
    isSeed(cluster) && found.cgroup === 'cgroup2fs' && containerHosts(cluster).includes(machine),
    'cgroups',
    'control groups are of version 2, which Kubernetes 1.9 does not know; boot with systemd.unified_cgroup_hierarchy=0 (and SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 since systemd 256)',
  );
  say(
    !isSeed(cluster) && found.cgroup === 'tmpfs',
    'cgroups',
    'control groups are of version 1, which Kubernetes keeps only for maintenance',
    true,
  );
  const absent = controllers.filter((one) => !found.controllers.includes(one));
  say(
    found.cgroup === 'cgroup2fs' && containerHosts(cluster).includes(machine) && absent.length > 0,
    'cgroup-controllers',
    `/sys/fs/cgroup/cgroup.controllers lacks ${absent.join(', ')}; where /proc/cmdline has cgroup_disable=, boot with ${absent.map((one) => `cgroup_enable=${one}`).join(' ')}`,
  );
  const lacking = modulesFor(cluster).filter((module) => found.absentModules.includes(module));
  say(lacking.length > 0, 'kernel-modules', `the kernel lacks ${lacking.join(', ')}${kernelPackage(found.os)}`);
  say(found.absentTools.length > 0, 'tools', `not installed: ${found.absentTools.join(', ')}`);
  say(
    // The survey looks its name up in IPv4.
    familyOf(machine.address) === 4 && (!found.ownName.found || found.ownName.seconds > 1),
    'name-resolution',
    `looking up its own name ${found.ownName.found ? 'took' : 'failed after'} ${found.ownName.seconds.toFixed(1)} s; entries in /etc/hosts will mend it`,
    true,
  );
  say(
    isNode(machine) && found.nameservers.length === 0,
    'name-resolution',
    '/etc/resolv.conf names no DNS server, and CoreDNS does not start without one; where there is none, name an address that does not answer',
  );
  const taken = openings(cluster, machine)
    .filter(({ protocol, port }) => protocol === 'tcp' && port !== undefined && found.ports.includes(port))
    .map(({ port, of }) => `${port} (${of})`);
  say(!ours && taken.length > 0, 'ports', `in use: ${taken.join(', ')}`);
  const other = found.claim !== '' && !ours;
  say(other, 'claim', `the host belongs to cluster ${found.claim}`);
  say(
    !ours && !other && found.leftovers.length > 0,
    'leftovers',
    `another cluster was here: ${found.leftovers.join(', ')}`,
  );
  return problems;
}

/** RHEL 10 moved br_netfilter out of the package that every host has (github.com/k3s-io/k3s-ansible, issue 419). */
const kernelPackage = (os: string): string =>
  knownSystem(os)?.family === 'rpm'
    ? '; on RHEL 10 and its rebuilds: dnf install kernel-modules-extra-$(uname -r)'
    : '';
