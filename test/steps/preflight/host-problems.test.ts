import { describe, expect, it } from 'vitest';
import { machineNamed } from '../../../src/cluster/cluster.js';
import type { PreflightName } from '../../../src/cluster/preflight-problems.js';
import { hostProblems, type Looked } from '../../../src/steps/preflight/host-problems.js';
import { cluster } from '../../clusters.js';
import { survey } from './surveys.js';

const problemsOf = (found: Partial<Looked>, name = 'm1', wanted = cluster()) =>
  hostProblems(wanted, machineNamed(wanted, name), survey(found));

const like = (words: RegExp): unknown => expect.stringMatching(words);

type Case = [what: string, found: Partial<Looked>, name: PreflightName, words: RegExp];

const stopping: Case[] = [
  ['another user', { user: 1000 }, 'sudo', /user 1000/],
  ['another init', { init: 'openrc-init' }, 'os', /systemd is needed/],
  [
    'a system that kha does not know',
    { os: 'fedora-43', packages: { rpm: 'amd64' } },
    'os',
    /^it is fedora-43; .*rocky-9/,
  ],
  ['a system without its own packages', { packages: { rpm: 'amd64' } }, 'os', /debian-13 has no dpkg/],
  ['another processor', { arch: 'riscv64', packages: { deb: 'riscv64' } }, 'architecture', /riscv64/],
  ['32-bit packages under a 64-bit kernel', { packages: { deb: 'i386' } }, 'architecture', /packages of i386/],
  ['one processor', { cpus: 1 }, 'cpu', /1 CPU/],
  ['little memory', { memoryMb: 1024 }, 'memory', /1024 MB/],
  ['an empty machine id', { machineId: '' }, 'machine-id', /systemd-machine-id-setup/],
  ['an address of another host', { addresses: ['127.0.0.1', '10.9.9.9'] }, 'address', /10\.0\.0\.11 is on none/],
  ['no control groups', { cgroup: 'sysfs' }, 'cgroups', /hierarchy is needed/],
  [
    'a kernel that was told to count no memory',
    { controllers: ['cpuset', 'cpu', 'io', 'pids'] },
    'cgroup-controllers',
    /lacks memory; .* cgroup_enable=memory$/,
  ],
  [
    'control groups that name no controller',
    { controllers: [] },
    'cgroup-controllers',
    /lacks cpuset, cpu, memory, pids; /,
  ],
  ['a kernel without modules', { absentModules: ['overlay'] }, 'kernel-modules', /lacks overlay/],
  ['a missing tool', { absentTools: ['curl'] }, 'tools', /not installed: curl/],
  ['no DNS server', { nameservers: [] }, 'name-resolution', /names no DNS server/],
  ['the API server’s port taken', { ports: [22, 6443] }, 'ports', /^in use: 6443 \(API server\)$/],
  ['etcd’s and haproxy’s ports taken', { ports: [2380, 8443] }, 'ports', /2380 .*8443 /],
  ['another cluster’s mark', { claim: 'other' }, 'claim', /belongs to cluster other/],
  ['files of a cluster', { leftovers: ['/var/lib/etcd/member'] }, 'leftovers', /another cluster was here: \/var/],
];
const warned: Case[] = [
  ['an untried system', { os: 'rocky-10', packages: { rpm: 'amd64' } }, 'os', /no test of kha .*rocky-10/],
  ['another host name', { hostName: 'box' }, 'host-name', /calls itself box/],
  ['swap', { swaps: ['/dev/sda2'] }, 'swap', /will be switched off/],
  ['SELinux', { selinux: '1' }, 'os', /permissive/],
  ['control groups of version 1', { cgroup: 'tmpfs', controllers: [] }, 'cgroups', /version 1/],
  ['a slow look-up of its own name', { ownName: { seconds: 10, found: false } }, 'name-resolution', /failed after 10/],
];

describe('hostProblems', () => {
  it('finds nothing wrong with a good host', () => expect(problemsOf({})).toEqual([]));

  it.each(stopping)('stops at %s', (_, found, name, words) =>
    expect(problemsOf(found)).toEqual([{ name, words: like(words), warning: false }]),
  );
  it.each(warned)('warns of %s', (_, found, name, words) =>
    expect(problemsOf(found)).toEqual([{ name, words: like(words), warning: true }]),
  );

  it('takes its own cluster’s ports and files for granted', () =>
    expect(problemsOf({ claim: 'test', ports: [6443], leftovers: ['/etc/kubernetes/kubelet.conf'] })).toEqual([]));

  it('takes either architecture that bundles are made for', () =>
    expect(problemsOf({ arch: 'arm64', packages: { deb: 'arm64' } })).toEqual([]));

  it('says nothing of swap that the spec’s kubelets live with', () =>
    expect(problemsOf({ swaps: ['/dev/sda2'] }, 'm1', cluster({ kubelet: { failSwapOn: false } }))).toEqual([]));

  it('wants the control groups that the seed’s Kubernetes knows, and the ports that it listens to', () => {
    const seed = cluster({ profile: 'v1.9.0', kubernetesVersion: 'v1.9.0', unsafe: true });
    expect(problemsOf({}, 'm1', seed)).toEqual([
      { name: 'cgroups', words: like(/version 2, which Kubernetes 1\.9 does not know; boot with/), warning: false },
    ]);
    const old = { cgroup: 'tmpfs', controllers: [] };
    expect(problemsOf(old, 'm1', seed)).toEqual([]);
    expect(problemsOf({ ...old, ports: [10251, 10252] }, 'm1', seed)).toMatchObject([
      { name: 'ports', words: like(/10252 \(controller manager\), 10251 \(scheduler\)/) },
    ]);
    expect(problemsOf({ ...old, ports: [10257, 10259] }, 'm1', seed)).toEqual([]);
  });

  it('says where RHEL 10 and its rebuilds have kernel modules that are missing', () =>
    expect(problemsOf({ os: 'rhel-10', packages: { rpm: 'amd64' }, absentModules: ['br_netfilter'] })).toContainEqual({
      name: 'kernel-modules',
      words: like(/lacks br_netfilter.*kernel-modules-extra/),
      warning: false,
    }));

  it('wants the modules of IPVS only where kube-proxy uses it', () => {
    expect(problemsOf({ absentModules: ['ip_vs', 'ip_vs_rr'] })).toEqual([]);
    const balanced = cluster({ networking: { kubeProxyMode: 'ipvs' } });
    expect(problemsOf({ absentModules: ['ip_vs', 'ip_vs_rr'] }, 'm1', balanced)).toMatchObject([
      { name: 'kernel-modules', words: like(/lacks ip_vs, ip_vs_rr$/) },
    ]);
  });

  it('asks less of a worker', () =>
    expect(
      problemsOf(
        { hostName: 'w1', addresses: ['10.0.0.21'], cpus: 1, memoryMb: 1024, ports: [6443, 2379, 8443] },
        'w1',
      ),
    ).toEqual([]));

  it('wants the port of BGP free only where routes are told by it', () => {
    expect(problemsOf({ ports: [179] })).toEqual([]);
    const routed = cluster({ networking: { calico: { encapsulation: 'none' } } });
    expect(problemsOf({ ports: [179] }, 'm1', routed)).toMatchObject([
      { name: 'ports', words: like(/179 \(Calico, BGP\)/) },
    ]);
  });
});
