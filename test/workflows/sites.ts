import { cluster } from '../clusters.js';

/** Between them these ask for every step that there is. */
export const sites = {
  'an ordinary site': cluster({
    addons: ['dashboard'],
    firewall: 'open',
    files: [{ path: '/etc/kubernetes/audit.yaml', content: 'a' }],
    pools: { big: { labels: { disk: 'fast' } } },
    hosts: cluster().hosts.map((host) => ({ ...host, pool: 'big' })),
  }),
  'a site whose authority’s key stays away, with a chart': cluster({
    certificates: { ca: { cert: '/keys/ca.crt' }, requests: '/srv/requests' },
    addons: [{ name: 'web', chart: '/charts/web' }],
  }),
  'the seed’s own site, etcd with certificates': cluster({
    profile: 'v1.9.0',
    kubernetesVersion: 'v1.9.0',
    unsafe: true,
    etcd: { tls: true },
    addons: ['dashboard'],
  }),
  'a site with SELinux and a network of its own': cluster({
    selinux: 'enforcing',
    networking: { cni: { manifests: ['/cni.yaml'] } },
  }),
};
