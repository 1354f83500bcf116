import { describe, expect, it } from 'vitest';
import { seedProblems } from '../../src/cluster/seed-rules.js';
import { cluster } from '../clusters.js';

const seed = { profile: 'v1.9.0', kubernetesVersion: 'v1.9.0', unsafe: true };
const found = (more: Record<string, unknown>, severity = 'error'): string[] =>
  seedProblems(cluster({ ...seed, ...more }))
    .filter((one) => one.severity === severity)
    .map(({ path, message }) => `${path.join('.')}: ${message}`);

it('says what is unsafe, whoever asked for it', () => {
  expect(found({}, 'warning')).toEqual([
    'profile: Kubernetes 1.9 has had no security fixes since 2018, nor have its docker, Calico and dashboard',
    'profile: etcd speaks plain HTTP and asks nobody who he is: whoever reaches port 2379 has every secret of the cluster',
    'profile: the registry is insecure: whoever is between it and the hosts chooses what they run',
  ]);
  const safer = { etcd: { tls: true }, source: { registry: { address: 'registry.example' } } };
  expect(found(safer, 'warning')).toHaveLength(1);
  expect(found({})).toEqual([]);
});

it('is nothing that comes by itself', () => {
  expect(found({ unsafe: undefined })).toEqual([
    expect.stringMatching(/^profile: it is not safe: Kubernetes 1\.9 .*etcd/),
  ]);
  expect(found({ profile: undefined, unsafe: undefined })).toEqual([
    expect.stringMatching(/^kubernetesVersion: .*profile/),
  ]);
  const modern = { profile: undefined, kubernetesVersion: 'v1.37.2' };
  expect(found(modern)).toEqual(['unsafe: nothing of this cluster is unsafe']);
  expect(found({ ...modern, unsafe: undefined, etcd: { tls: false } })).toEqual([
    expect.stringMatching(/^etcd\.tls: /),
  ]);
  expect(found({ kubernetesVersion: 'v1.37.2' })).toEqual([expect.stringMatching(/^kubernetesVersion: .*one release/)]);
});

const [m1, m2, m3, w1] = cluster().hosts;

describe('what the release does not know, or the profile was not built with', () => {
  it.each<[string, Record<string, unknown>]>([
    ['source', { source: { internet: {} } }],
    ['controlPlaneEndpoint.type', { controlPlaneEndpoint: { type: 'local' } }],
    ['hosts.1.roles', { hosts: [{ ...m1, roles: ['control-plane', 'etcd'] }, m2, m3, w1] }],
    ['networking.podSubnet', { networking: { podSubnet: '192.168.0.0/16,fd00:192::/48' } }],
    ['networking.calico.encapsulation', { networking: { calico: { encapsulation: 'vxlan' } } }],
    ['networking.kubeProxyMode', { networking: { kubeProxyMode: 'ipvs' } }],
    ['networking.cni', { networking: { cni: { manifests: ['/a.yaml'] } } }],
    ['certificates', { certificates: { ca: { cert: '/ca.crt', key: 'file:/ca.key' } } }],
    ['kubelet', { kubelet: { maxPods: 200 } }],
    ['kubeadm.ClusterConfiguration', { kubeadm: { ClusterConfiguration: { encryptionAlgorithm: 'ECDSA-P256' } } }],
    ['patches', { patches: { 'kube-scheduler+merge.yaml': {} } }],
    ['containerd.root', { containerd: { root: '/data' } }],
    ['proxies', { proxies: { http: 'http://10.0.0.5:3128' } }],
    ['selinux', { selinux: 'enforcing' }],
    ['hosts', { hosts: [m1, m2, m3] }],
    ['hosts.0.roles', { hosts: [{ ...m1, roles: ['control-plane', 'worker'] }, m2, m3, w1] }],
    ['hosts.3', { hosts: [m1, m2, m3, { ...w1, taints: [{ key: 'gpu', effect: 'NoSchedule' }] }] }],
  ])('%s', (path, more) => expect(found(more)).toEqual([expect.stringContaining(`${path}: the profile v1.9.0 `)]));
});
