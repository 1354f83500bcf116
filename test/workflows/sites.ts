import type { Cluster } from '../../src/cluster/cluster.js';
import * as catalogue from '../../src/steps/index.js';
import type { Step } from '../../src/steps/step.js';
import { ofSeedOnly, variantsOf } from '../../src/steps/variants.js';
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

/** Those that the profile of a site has, by name. */
export const stepsOf = (site: Cluster): Map<string, Step> => {
  const today = Object.values(catalogue).filter((step) => !ofSeedOnly().includes(step));
  return new Map(today.flatMap((step) => variantsOf(site, step)).map((step) => [step.name, step]));
};
