/** A spec as it was applied. */
export const standing = `apiVersion: kubernetes-ha.io/v1alpha1
kind: Cluster
name: prod
kubernetesVersion: v1.37.2
hosts:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane] }
  - { name: w1, address: 10.0.0.21, roles: [worker] }
controlPlaneEndpoint: { type: vip, vip: 10.0.0.100, port: 8443 }
source: { registry: { address: "10.0.0.2:5000", plainHttp: true } }
networking:
  podSubnet: 192.168.0.0/16
  serviceSubnet: 10.96.0.0/12
kubelet: { maxPods: 110 }
addons: [dashboard]
proxies: { http: "http://10.0.0.3:3128" }
`;

/** A change of it, as a pattern and what stands in its place, and what is told of it: place, path, words, found, expected. */
export const refusedChanges: readonly (readonly [string, string | RegExp, string, readonly RegExp[]])[] = [
  ['another name', 'name: prod', 'name: stage', [/^3:7 name: .*marked with it \| stage \| prod/]],
  [
    'a worker that is gone',
    /.*w1.*\n/,
    '',
    [/^5:1 hosts: w1 \(10\.0\.0\.21, worker\) is part of the cluster.*kha node remove w1 \(not built yet\)/],
  ],
  ['a control plane that is gone', /.*m1.*\n/, '', [/^5:1 hosts: m1 .*kha node remove m1 /]],
  ['a renamed worker', 'name: w1', 'name: w2', [/^9:13 hosts\[3\]\.name: 10\.0\.0\.21 stands as w1.*\| w2 \| w1/]],
  [
    'another address',
    '10.0.0.21',
    '10.0.0.22',
    [/^9:26 hosts\[3\]\.address: w1 stands at another address.*10\.0\.0\.21; .*kha node replace w1/],
  ],
  [
    'another address of a host and its old one elsewhere',
    /(.*)w1, address: 10\.0\.0\.21(.*)/,
    '$1w1, address: 10.0.0.22$2\n$1w2, address: 10.0.0.21$2',
    [/^9:26 hosts\[3\]\.address/],
  ],
  [
    'a worker that became a control plane',
    'roles: [worker]',
    'roles: [control-plane]',
    [/^9:44 hosts\[3\]\.roles: w1 stands without a control plane/],
  ],
  [
    'a control plane that became a worker',
    /(m3.*)\[control-plane\]/,
    '$1[worker]',
    [/^8:44 hosts\[2\]\.roles: m3 stands as a control plane/],
  ],
  [
    'a control plane that is to take pods',
    /(m3.*)\[control-plane\]/,
    '$1[control-plane, worker]',
    [/^8:44 hosts\[2\]\.roles: m3 stands with the taint/],
  ],
  [
    'a worker that is none',
    'roles: [worker]',
    'roles: [load-balancer]',
    [/^9:44 hosts\[3\]\.roles: m1, m2, m3 carry the API’s address.*; w1 stands as a worker/],
  ],
  [
    'etcd on the worker',
    'roles: [worker]',
    'roles: [worker, etcd]',
    [/^9:44 hosts\[3\]\.roles: etcd stands on m1, m2, m3 and does not move/],
  ],
  [
    'etcd on fewer control planes',
    /(m1.*)\[control-plane\]/,
    '$1[control-plane, etcd]',
    [/^6:44 hosts\[0\]\.roles: etcd stands on m1, m2, m3/],
  ],
  [
    'etcd on a new host',
    /(.*)w1, address: 10\.0\.0\.21, roles: \[worker\](.*)/,
    '$&\n$1e1, address: 10.0.0.31, roles: [etcd]$2',
    [/^10:44 hosts\[4\]\.roles: etcd stands on m1, m2, m3/],
  ],
  [
    'a load balancer of its own',
    /(.*)w1, address: 10\.0\.0\.21, roles: \[worker\](.*)/,
    '$&\n$1l1, address: 10.0.0.31, roles: [load-balancer]$2',
    [/^10:44 hosts\[4\]\.roles: m1, m2, m3 carry/],
  ],
  [
    'another kind of endpoint',
    '{ type: vip, vip: 10.0.0.100, port: 8443 }',
    '{ type: external, host: api.example.org }',
    [/^10:31 controlPlaneEndpoint\.type: .*every certificate.*\| external \| vip/],
  ],
  [
    'another virtual address',
    '10.0.0.100',
    '10.0.0.101',
    [/^10:41 controlPlaneEndpoint\.vip: .*\| 10\.0\.0\.101 \| 10\.0\.0\.100/],
  ],
  ['another port', '8443', '9443', [/^10:59 controlPlaneEndpoint\.port: /]],
  ['another registry', '10.0.0.2:5000', '10.0.0.2:5001', [/^11:32 source\.registry\.address: .*static pods/]],
  [
    'other pods',
    '192.168.0.0/16',
    '172.30.0.0/16',
    [/^13:14 networking\.podSubnet: .*\| 172\.30\.0\.0\/16 \| 192\.168\.0\.0\/16; a change takes another cluster/],
  ],
  ['other services', '10.96.0.0/12', '10.112.0.0/12', [/^14:18 networking\.serviceSubnet: /]],
  [
    'another domain',
    '  podSubnet:',
    '  dnsDomain: prod.local\n  podSubnet:',
    [/^13:14 networking\.dnsDomain: .*\| prod\.local \| cluster\.local/],
  ],
  [
    'another encapsulation',
    '  podSubnet:',
    '  calico: { encapsulation: ipip }\n  podSubnet:',
    [/^13:28 networking\.calico\.encapsulation: /],
  ],
  [
    'another MTU',
    '  podSubnet:',
    '  calico: { mtu: 1400 }\n  podSubnet:',
    [/^13:18 networking\.calico\.mtu: .*\| 1400 \| nothing/],
  ],
  [
    'another proxy mode',
    '  podSubnet:',
    '  kubeProxyMode: ipvs\n  podSubnet:',
    [/^13:18 networking\.kubeProxyMode: .*kube-proxy keeps the mode/],
  ],
  [
    'other settings of the kubelet',
    'maxPods: 110',
    'maxPods: 50, serializeImagePulls: false',
    [
      /^15:21 kubelet\.maxPods: .*kubelets keep.*\| 50 \| 110/,
      /^15:46 kubelet\.serializeImagePulls: .*\| false \| nothing/,
    ],
  ],
  [
    'a flag of the API server',
    'kubelet:',
    'kubeadm: { ClusterConfiguration: { apiServer: { extraArgs: [{ name: profiling, value: "false" }] } } }\nkubelet:',
    [/^15:47 kubeadm\.ClusterConfiguration\.apiServer: .*kubeadm wrote it into the manifests.*kha apply/],
  ],
  [
    'a patch',
    'kubelet:',
    'patches: { kube-scheduler.yaml: { spec: {} } }\nkubelet:',
    [/^15:33 patches\.kube-scheduler\.yaml: .*kha apply/],
  ],
  [
    'a file',
    'kubelet:',
    'files: [{ path: /etc/a, content: b }]\nkubelet:',
    [/^15:8 files: .*reads it when it starts.*kha apply/],
  ],
  [
    'a name of the endpoint',
    'vip: 10.0.0.100',
    'vip: 10.0.0.100, host: api.example.org',
    [/^10:59 controlPlaneEndpoint\.host: .*every certificate/],
  ],
  [
    'another label',
    'roles: [worker]',
    'roles: [worker], labels: { disk: ssd }',
    [/^9:62 hosts\[3\]\.labels: w1 stands with other labels \| \{"disk":"ssd"\} \| \{\}; a change takes kha apply/],
  ],
  [
    'a pool with settings of kubelets',
    /roles: \[worker\] \}/,
    'roles: [worker], pool: big }\npools: { big: { kubelet: { maxPods: 250 } } }',
    [/^10:26 pools\.big\.kubelet: w1 stands with other settings of its kubelet \| \{"maxPods":250\} \| \{\}/],
  ],
  [
    'no network',
    '  podSubnet:',
    '  cni: none\n  podSubnet:',
    [/^13:8 networking\.cni: .*pods that run keep.*\| none \| calico/],
  ],
  [
    'another folder of containers',
    'kubelet:',
    'containerd: { root: /data/c }\nkubelet:',
    [/^15:21 containerd\.root: .*kha apply/],
  ],
  [
    'another folder of etcd’s data',
    'kubelet:',
    'etcd: { dataDir: /data/etcd }\nkubelet:',
    [/^15:18 etcd\.dataDir: .*data lie there.*\| \/data\/etcd \| \/var\/lib\/etcd; a change takes another cluster/],
  ],
  [
    'a setting of the kubelet less',
    '{ maxPods: 110 }',
    '{}',
    [/^15:1\d? kubelet\.maxPods: the cluster stands with it.*\| nothing \| 110/],
  ],
  [
    'proxies that are gone',
    /proxies.*\n/,
    '',
    [/^1:1 proxies: .*nothing takes containerd’s proxies away.*proxies: \{\}/],
  ],
];
