import type { Cluster } from '../../src/cluster/cluster.js';
import { cluster } from '../clusters.js';
import { lockOf } from '../sample-lock.js';
import { names } from './golden-host.js';

const masters = ['1', '2', '3'].map((n) => ({ name: `m${n}`, address: `10.0.0.1${n}`, roles: ['control-plane'] }));
const worker = { name: 'w1', address: '10.0.0.21', roles: ['worker'] };

/** The clusters of which everything that is written to a host is kept in test/golden/, by the folder's name. */
export const samples: Readonly<Record<string, Cluster>> = {
  stacked: cluster(),
  apart: cluster({
    source: {
      registry: {
        address: 'registry.example:5000',
        ca: '/keys/registry-ca.pem',
        credentials: { username: 'puller', password: 'env:REGISTRY_PASSWORD' },
      },
    },
    ssh: { user: 'admin', sudoPassword: 'env:SUDO_PASSWORD' },
    controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.100', port: 6443 },
    hosts: [
      ...masters,
      { name: 'e1', address: '10.0.0.31', roles: ['etcd'] },
      { name: 'e2', address: '10.0.0.32', roles: ['etcd'] },
      { name: 'e3', address: '10.0.0.33', roles: ['etcd'] },
      { name: 'lb1', address: '10.0.0.41', roles: ['load-balancer'] },
      { name: 'lb2', address: '10.0.0.42', roles: ['load-balancer'] },
      worker,
    ],
  }),
  harbor: cluster({
    certificates: {
      ca: { cert: '/keys/ca.crt', key: 'file:/keys/ca.key' },
      etcdCA: { cert: '/keys/etcd-ca.crt', key: 'env:ETCD_CA_KEY' },
    },
    source: {
      registry: {
        address: 'harbor.example/k8s',
        credentials: { username: 'robot$kha', password: 'env:REGISTRY_PASSWORD' },
        images: { 'registry.k8s.io': 'mirror', 'docker.io/calico': 'calico' },
      },
    },
    hosts: [{ ...masters[0], roles: ['control-plane', 'worker'] }, worker],
  }),
  keyless: cluster({
    certificates: {
      ca: { cert: '/keys/ca.crt' },
      etcdCA: { cert: '/keys/etcd-ca.crt', key: 'env:ETCD_CA_KEY' },
      frontProxyCA: { cert: '/keys/front-proxy-ca.crt' },
      requests: '/srv/requests',
    },
    hosts: [masters[0], worker],
  }),
  internet: cluster({
    source: {
      internet: { lock: lockOf(names), ca: '/keys/proxy-ca.pem', mirrors: { 'quay.io': 'harbor.example/quay' } },
    },
    proxies: { https: 'file:/keys/proxy-url', noProxy: ['.example'] },
    hosts: [{ ...masters[0], roles: ['control-plane', 'worker'] }, worker],
  }),
  file: cluster({
    source: { file: { path: '/srv/kha-v1.37.2.tar', key: '/keys/site.pub' } },
    addons: ['metrics-server'],
    hosts: [{ ...masters[0], roles: ['control-plane', 'worker'] }, worker],
  }),
  external: cluster({
    controlPlaneEndpoint: { type: 'external', host: 'api.example', port: 443 },
    networking: { calico: { encapsulation: 'ipip', mtu: 1400 }, kubeProxyMode: 'iptables' },
    kubelet: { maxPods: 200 },
  }),
  local: cluster({
    controlPlaneEndpoint: { type: 'local' },
    networking: { cni: { manifests: ['/keys/crds.yaml', '/keys/cilium.yaml'] } },
    etcd: { dataDir: '/data/etcd', quotaBackendBytes: 8 * 2 ** 30 },
    containerd: { root: '/data/containerd' },
  }),
  settings: cluster({
    hosts: [
      { ...masters[0], name: 'm1.example', kubelet: { maxPods: 200 }, ssh: { address: '203.0.113.11' } },
      ...masters.slice(1),
      { ...worker, pool: 'gpu', taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] },
    ],
    pools: { gpu: { labels: { gpu: 'yes' }, annotations: { 'example.org/rack': 'r 1' }, kubelet: { maxPods: 50 } } },
    controlPlaneEndpoint: { type: 'vip', vip: '10.1.0.100', host: 'api.example.org', interface: 'eth1' },
    apiServer: { certSANs: ['*.example.org', '203.0.113.7'] },
    kubeadm: {
      ClusterConfiguration: {
        apiServer: {
          extraArgs: [
            { name: 'audit-policy-file', value: '/etc/kubernetes/audit.yaml' },
            { name: 'encryption-provider-config', value: '/etc/kubernetes/encryption.yaml' },
          ],
          extraVolumes: ['audit', 'encryption'].map((name) => ({
            name,
            hostPath: `/etc/kubernetes/${name}.yaml`,
            mountPath: `/etc/kubernetes/${name}.yaml`,
            readOnly: true,
            pathType: 'File',
          })),
        },
        encryptionAlgorithm: 'ECDSA-P256',
        certificateValidityPeriod: '4380h0m0s',
      },
      InitConfiguration: { nodeRegistration: { kubeletExtraArgs: [{ name: 'v', value: '4' }] } },
      JoinConfiguration: { timeouts: { discovery: '10m0s' } },
      KubeProxyConfiguration: { metricsBindAddress: '0.0.0.0:10249', conntrack: { min: 131072 } },
    },
    patches: { 'kube-apiserver0+merge.yaml': { spec: { priority: 1 } }, 'kubeletconfiguration+json.json': [] },
    files: [
      { path: '/etc/kubernetes/audit.yaml', content: 'kind: Policy\n' },
      { path: '/etc/kubernetes/encryption.yaml', from: '/keys/encryption.yaml' },
      { path: '/etc/site/motd', content: 'hello\n', mode: '0644', owner: 'nobody', on: 'nodes' },
    ],
  }),
  'dual-stack': cluster({
    networking: {
      podSubnet: '192.168.0.0/16,fd00:192:168::/48',
      serviceSubnet: '10.96.0.0/12,fd00:10:96::/112',
    },
    apiServer: { certSANs: ['fd00:10::11'] },
    proxies: { http: 'http://10.0.0.5:3128' },
    hosts: [
      { ...masters[0], secondaryAddress: 'fd00:10::11' },
      { ...worker, secondaryAddress: 'fd00:10::21' },
    ],
  }),
  ipv6: cluster({
    controlPlaneEndpoint: { type: 'vip', vip: 'fd00:10::100' },
    networking: { podSubnet: 'fd00:192:168::/48', serviceSubnet: 'fd00:10:96::/112' },
    source: { file: { path: '/srv/bundle.tar', unsigned: true, digest: `sha256:${'0'.repeat(64)}` } },
    hosts: [
      { ...masters[0], address: 'fd00:10::11' },
      { ...masters[1], address: 'fd00:10::12' },
      { ...masters[2], address: 'fd00:10::13' },
      { ...worker, address: 'fd00:10::21' },
    ],
  }),
  // With the addresses that the seed has: test/golden/seed-text.test.ts compares what is written with its text.
  seed: cluster({
    profile: 'v1.9.0',
    kubernetesVersion: 'v1.9.0',
    unsafe: true,
    controlPlaneEndpoint: { type: 'external', host: '10.37.129.100', port: 6443 },
    source: { registry: { address: '10.211.55.2:5000/google_containers', plainHttp: true } },
    hosts: [
      { ...masters[0], address: '10.37.129.9' },
      { ...masters[1], address: '10.37.129.8' },
      { ...masters[2], address: '10.37.129.7' },
      { ...worker, address: '10.37.129.21' },
    ],
  }),
  'seed-safer': cluster({
    profile: 'v1.9.0',
    kubernetesVersion: 'v1.9.0',
    unsafe: true,
    etcd: { tls: true },
    addons: ['metrics-server'],
    source: {
      registry: {
        address: 'registry.example',
        ca: '/keys/registry-ca.pem',
        credentials: { username: 'puller', password: 'env:REGISTRY_PASSWORD' },
      },
    },
    networking: { calico: { encapsulation: 'none' }, dnsDomain: 'cluster.example' },
    controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.100', port: 6443 },
  }),
  'add-on': cluster({
    controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.100', port: 6443 },
    addons: ['limits', { name: 'dashboard', file: '/site/dashboard.yaml' }],
    proxies: { http: 'http://10.0.0.5:3128', https: 'file:/keys/proxy-url', noProxy: ['.example'] },
    hosts: [{ ...masters[0], roles: ['control-plane', 'worker'] }, worker],
  }),
};
