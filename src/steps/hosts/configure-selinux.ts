import type { Cluster, Machine } from '../../cluster/cluster.js';
import { allHosts, containerHosts, loadBalancers } from '../../cluster/roles.js';
import { selinux } from '../../facts/selinux.js';
import { sh } from '../../facts/sh.js';
import { healthScriptFolder } from '../load-balancer/keepalived-files.js';
import { Refusal } from '../refusal.js';
import type { Step } from '../step.js';

/**
 * Where SELinux stays as it is: programs and folders get the labels of container-selinux before anything runs, and what is
 * made in the folders later takes their labels; haproxy and keepalived may reach the API servers’ port (haproxy_selinux(8),
 * keepalived_selinux(8)). Containers themselves are not confined by it, as containerd has it off unless told.
 */
export const configureSelinux: Step = {
  name: 'configureSelinux',
  does: 'Give programs and folders the labels that SELinux wants, and let haproxy and keepalived connect',
  on: (cluster) => (cluster.selinux === 'enforcing' ? allHosts(cluster) : []),
  pace: 'all at once',
  retry: 'edit',
  needs: ['packages'],
  async check({ cluster, host }) {
    const { programs, folders, booleans } = wanted(cluster, host.machine);
    const found = await host.read(selinux([...programs, ...folders], booleans));
    if (!found) return [];
    const runsContainers = containerHosts(cluster).includes(host.machine);
    return [
      ...(runsContainers && !found.knowsContainers ? [noPolicy] : []),
      ...found.mislabelled,
      ...found.absent.filter((path) => folders.includes(path)).map((path) => `${path} is not there`),
      ...found.off.map((boolean) => `the SELinux boolean ${boolean} is off`),
    ];
  },
  async apply({ cluster, host }) {
    const { programs, folders, booleans } = wanted(cluster, host.machine);
    const paths = [...programs, ...folders];
    const found = await host.read(selinux(paths, booleans));
    if (!found) return;
    if (containerHosts(cluster).includes(host.machine) && !found.knowsContainers)
      throw new Refusal(
        noPolicy,
        'install container-selinux on the host, or put it into the bundle, and answer retry; or let the spec say selinux: permissive',
      );
    const there = paths.filter((path) => folders.includes(path) || !found.absent.includes(path));
    await host.run(sh`mkdir -p ${folders} && restorecon ${there}`);
    // Written into the policy, which takes seconds.
    if (found.off.length > 0) await host.runUnit(sh`setsebool -P ${found.off.map((boolean) => `${boolean}=on`)}`);
  },
};

const noPolicy = 'SELinux has no labels for containers: the package container-selinux is not installed';

function wanted(cluster: Cluster, machine: Machine) {
  const containers = containerHosts(cluster).includes(machine);
  const carriesApi = loadBalancers(cluster).includes(machine);
  return {
    programs: containers
      ? ['containerd', 'containerd-shim-runc-v2', 'kubelet', 'runc'].map((name) => `/usr/bin/${name}`)
      : [],
    folders: [
      ...(containers
        ? ['/etc/kubernetes', '/etc/containerd', '/var/lib/containerd', '/var/lib/kubelet', '/var/lib/cni']
        : []),
      ...(carriesApi ? [healthScriptFolder] : []),
    ],
    booleans: carriesApi ? ['haproxy_connect_any', 'keepalived_connect_any'] : [],
  };
}
