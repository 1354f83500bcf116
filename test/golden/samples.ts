import type { Cluster } from '../../src/cluster/cluster.js';
import { cluster } from '../clusters.js';

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
    source: {
      registry: {
        address: 'harbor.example/k8s',
        credentials: { username: 'robot$kha', password: 'env:REGISTRY_PASSWORD' },
        images: { 'registry.k8s.io': 'mirror', 'docker.io/calico': 'calico' },
      },
    },
    hosts: [{ ...masters[0], roles: ['control-plane', 'worker'] }, worker],
  }),
  file: cluster({
    source: { file: { path: '/srv/kha-v1.37.2.tar', key: '/keys/site.pub' } },
    hosts: [{ ...masters[0], roles: ['control-plane', 'worker'] }, worker],
  }),
  external: cluster({
    controlPlaneEndpoint: { type: 'external', host: 'api.example', port: 443 },
    networking: { calico: { encapsulation: 'ipip', mtu: 1400 }, kubeProxyMode: 'iptables' },
    kubelet: { maxPods: 200 },
  }),
  'add-on': cluster({
    addons: ['limits'],
    proxies: { http: 'http://10.0.0.5:3128', https: 'file:/keys/proxy-url', noProxy: ['.example'] },
    hosts: [{ ...masters[0], roles: ['control-plane', 'worker'] }, worker],
  }),
};
