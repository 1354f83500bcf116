import type { Cluster } from '../../src/cluster/cluster.js';
import type { Subject } from '../../src/cluster/subject.js';
import { cluster } from '../clusters.js';
import { lockOf } from '../sample-lock.js';
import { largeCluster } from './large.js';

const etcd = [1, 2, 3].map((n) => ({ name: `e${n}`, address: `10.0.0.3${n}`, roles: ['etcd'] }));

/** One cluster of each kind that goes through an install in a way of its own. */
export const samples: Readonly<Record<string, Cluster>> = {
  stacked: cluster(),
  'etcd-hosts': cluster({ hosts: [...cluster().hosts, ...etcd] }),
  'external-endpoint': cluster({ controlPlaneEndpoint: { type: 'external', host: 'lb.example.org', port: 6443 } }),
  internet: cluster({ source: { internet: { lock: lockOf(['bin/amd64/kubelet', 'bin/amd64/kubeadm']) } } }),
  'add-on': cluster({ addons: ['dashboard'] }),
  seed: cluster({ profile: 'v1.9.0', kubernetesVersion: 'v1.9.0', unsafe: true, addons: ['dashboard'] }),
  'sixty-workers': largeCluster(63),
  sites: cluster({
    hosts: [
      ...cluster().hosts,
      ...['berlin', 'berlin', 'paris'].map((site, n) => ({
        name: `s${n + 1}`,
        address: `10.0.1.${n + 1}`,
        roles: ['worker'],
        site,
      })),
    ],
  }),
  'added-workers': largeCluster(63),
};

/** Those whose run is about some of their hosts. */
export const subjects: Readonly<Record<string, Subject>> = { 'added-workers': { hosts: ['worker-7', 'worker-8'] } };
