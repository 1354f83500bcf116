import type { Cluster } from './cluster.js';
import { isDualStack, primaryFamily } from './families.js';
import { settingsOf } from './node-settings.js';
import { controlPlanes, etcdHosts, workers } from './roles.js';
import { error, warning, type Rule, type RuleProblem } from './rule-problem.js';
import { encapsulationOf, etcdHasTls, isSeed, kubeProxyModeOf } from './seed-profile.js';
import { seedProfile } from './seed-versions.js';
import { usualRoot } from './usual-folders.js';

/** What a cluster of another time may be asked for, and what is unsafe about it, which nobody gets without saying so. */
export const seedProblems: Rule = (cluster) => {
  const { kubernetesVersion, unsafe, etcd } = cluster;
  if (!isSeed(cluster))
    return [
      ...(kubernetesVersion === seedProfile
        ? [
            error(
              ['kubernetesVersion'],
              'this release is a profile of its own, and not safe by today’s measure',
              kubernetesVersion,
              `profile: ${seedProfile} and unsafe: true beside it`,
            ),
          ]
        : []),
      ...(unsafe ? [error(['unsafe'], 'nothing of this cluster is unsafe', 'true', 'no such field')] : []),
      ...(etcd.tls === false
        ? [error(['etcd', 'tls'], 'only the seed’s profile has etcd without TLS', 'false', 'true, or no such field')]
        : []),
    ];
  return [
    ...(kubernetesVersion === seedProfile
      ? []
      : [
          error(
            ['kubernetesVersion'],
            `the profile ${seedProfile} is of one release`,
            kubernetesVersion,
            `${seedProfile}, or no profile`,
          ),
        ]),
    ...(unsafe ? [] : [error(['profile'], `it is not safe: ${dangers(cluster).join('; ')}`, seedProfile, asked)]),
    ...dangers(cluster).map((words) => warning(['profile'], words, seedProfile, 'a release of today')),
    ...unknown(cluster),
  ];
};

const asked = 'unsafe: true, from somebody who knows that; or a release of today';

/** What is unsafe by today's measure, in words. */
function dangers(cluster: Cluster): string[] {
  return [
    'Kubernetes 1.9 has had no security fixes since 2018, nor have its docker, Calico and dashboard',
    ...(etcdHasTls(cluster)
      ? []
      : [
          'etcd speaks plain HTTP and asks nobody who he is: whoever reaches port 2379 has every secret of the cluster',
        ]),
    ...(cluster.source.registry?.plainHttp
      ? ['the registry is insecure: whoever is between it and the hosts chooses what they run']
      : []),
  ];
}

type Row = readonly [path: readonly PropertyKey[], found: string | false | undefined, why: string, expected?: string];

const keys = (of: object = {}): string => Object.keys(of).join(', ');

/** What the release does not know, or the profile was not built with. */
function unknown(cluster: Cluster): RuleProblem[] {
  const { networking, controlPlaneEndpoint: endpoint, source, hosts } = cluster;
  const apart = hosts.findIndex((host) => controlPlanes(cluster).includes(host) !== etcdHosts(cluster).includes(host));
  const encapsulation = encapsulationOf(cluster);
  const mode = kubeProxyModeOf(cluster);
  const noDocuments = 'has a kubelet that reads no KubeletConfiguration';
  const rows: Row[] = [
    [['source'], source.internet && 'internet', 'is published nowhere any more', 'registry or file'],
    [
      ['controlPlaneEndpoint', 'type'],
      endpoint.type === 'local' && 'local',
      'has no haproxy on workers',
      'vip or external',
    ],
    [
      ['hosts', apart, 'roles'],
      hosts[apart]?.roles.join(', '),
      'has etcd on every master',
      'etcd where control-plane is',
    ],
    [
      ['networking', 'podSubnet'],
      (primaryFamily(cluster) === 6 || isDualStack(cluster)) && networking.podSubnet,
      'has IPv4 alone',
      'IPv4',
    ],
    [
      ['networking', 'calico', 'encapsulation'],
      encapsulation === 'vxlan' && encapsulation,
      'has a Calico without VXLAN',
      'ipip or none',
    ],
    [['networking', 'kubeProxyMode'], mode !== 'iptables' && mode, 'has one mode of kube-proxy', 'iptables'],
    [
      ['networking', 'cni'],
      typeof networking.cni === 'object' && 'a network of your own',
      'has Calico, or no network',
      'calico or none',
    ],
    [['certificates'], keys(cluster.certificates), 'has the authorities that its kubeadm makes'],
    [['kubelet'], keys(cluster.kubelet), noDocuments],
    ...Object.entries(cluster.kubeadm).map(([kind, own]): Row => [
      ['kubeadm', kind],
      keys(own),
      'has a kubeadm of other documents',
    ]),
    [['patches'], keys(cluster.patches), 'has a kubeadm that knows no patches'],
    [
      ['containerd', 'root'],
      cluster.containerd.root !== usualRoot && cluster.containerd.root,
      'has docker, and no containerd',
    ],
    [['proxies'], cluster.proxies && keys(cluster.proxies), 'has a docker that is told of no proxy'],
    [['selinux'], cluster.selinux === 'enforcing' && 'enforcing', 'has SELinux permissive', 'permissive'],
    [['hosts'], workers(cluster).length === 0 && 'masters alone', 'has masters that take no pods', 'a worker'],
    ...hosts.flatMap((host, index): Row[] => {
      const { taints, kubelet } = settingsOf(cluster, host);
      const path = ['hosts', index];
      const both = host.roles.includes('worker') && host.roles.includes('control-plane');
      return [
        [[...path, 'roles'], both && host.roles.join(', '), 'has masters that take no pods', 'control-plane or worker'],
        [path, taints.length > 0 && `taints of ${host.name}`, 'has nodes without taints of their own', 'no taints'],
        [path, keys(kubelet) && `kubelet of ${host.name}: ${keys(kubelet)}`, noDocuments],
      ];
    }),
  ];
  return rows.flatMap(([path, found, why, expected = 'no such field']) =>
    found ? [error(path, `the profile ${seedProfile} ${why}`, found, expected)] : [],
  );
}
