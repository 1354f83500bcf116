/** What the lab's bundle holds. The product's profile of the same release names the same. */
export const versions = {
  kubernetes: 'v1.37.2',
  containerd: 'v2.4.2',
  etcd: '3.7.0-0',
  coredns: 'v1.14.6',
  pause: '3.10.2',
  calico: 'v3.28.5',
  os: 'debian-13',
  suite: 'trixie',
  arch: 'amd64',
} as const;
