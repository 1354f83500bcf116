import { translateK0sctl } from '../../../src/client/import/k0sctl.js';
import { translateKubekey } from '../../../src/client/import/kubekey.js';
import { translateKubeone } from '../../../src/client/import/kubeone.js';

/* Files in the form of each tool’s documentation. */
export const kubeone = `apiVersion: kubeone.k8c.io/v1beta3
kind: KubeOneCluster
name: site-a
versions:
  kubernetes: "1.37.2"
cloudProvider:
  none: {}
controlPlane:
  hosts:
    - { publicAddress: 10.20.0.11, privateAddress: 10.20.0.11, hostname: cp1, sshUsername: root, sshPrivateKeyFile: ~/.ssh/site }
    - { publicAddress: 10.20.0.12, hostname: cp2, sshUsername: root, sshPrivateKeyFile: ~/.ssh/site }
    - { publicAddress: 10.20.0.13, hostname: cp3, sshUsername: root, sshPrivateKeyFile: ~/.ssh/site }
staticWorkers:
  hosts:
    - publicAddress: 10.20.0.21
      sshUsername: ubuntu
      sshPort: 2222
      bastion: bastion.example.org
      bastionUser: ops
      labels: { rack: b }
apiEndpoint:
  host: api.example.org
  port: 6443
  alternativeNames: [k8s.example.org]
clusterNetwork:
  podSubnet: 10.42.0.0/16
  kubeProxy: { ipvs: { strictARP: true } }
  cni: { canal: { mtu: 1450 } }
features:
  encryptionProviders: { enable: true }
`;
export const k0sctl = `apiVersion: k0sctl.k0sproject.io/v1beta1
kind: Cluster
metadata:
  name: site-b
  user: admin
spec:
  hosts:
    - role: controller
      hostname: cp1
      privateAddress: 10.20.0.11
      ssh: { address: 10.20.0.11, user: root, port: 22, keyPath: ~/.ssh/site }
    - role: controller+worker
      ssh: { address: 10.20.0.12, user: root, port: 22, keyPath: ~/.ssh/site }
    - role: controller
      ssh: { address: 10.20.0.13, user: root, port: 22, keyPath: ~/.ssh/site, bastion: { address: 10.20.0.1, user: ops } }
    - role: worker
      installFlags: [--debug]
      ssh: { address: 10.20.0.21, user: root, port: 2222, keyPath: ~/.ssh/site }
  k0s:
    version: v1.37.2+k0s.0
    config:
      apiVersion: k0s.k0sproject.io/v1beta1
      kind: ClusterConfig
      spec:
        network:
          provider: calico
          podCIDR: 10.42.0.0/16
          serviceCIDR: 10.43.0.0/16
          calico: { mode: vxlan, mtu: 1400 }
          kubeProxy: { mode: iptables }
          controlPlaneLoadBalancing:
            enabled: true
            type: Keepalived
            keepalived:
              vrrpInstances: [{ virtualIPs: [10.20.0.250/24], authPass: hunter2 }]
        telemetry: { enabled: false }
`;
export const kubekey = `apiVersion: kubekey.kubesphere.io/v1alpha2
kind: Cluster
metadata:
  name: site-c
spec:
  hosts:
    - { name: cp1, address: 10.20.0.11, internalAddress: 10.20.0.11, user: root, privateKeyPath: "~/.ssh/site" }
    - { name: cp2, address: 10.20.0.12, internalAddress: 10.20.0.12, user: root, privateKeyPath: "~/.ssh/site" }
    - { name: cp3, address: 10.20.0.13, internalAddress: 10.20.0.13, user: root, privateKeyPath: "~/.ssh/site" }
    - { name: w1, address: 10.20.0.21, internalAddress: 10.20.0.21, port: 8022, user: root, password: "hunter2" }
  roleGroups:
    etcd: ["cp[1:3]"]
    control-plane:
      - cp[1:3]
    worker:
      - w1
  controlPlaneEndpoint:
    domain: lb.example.org
    address: "10.20.0.200"
    port: 6443
  kubernetes:
    version: v1.37.2
    clusterName: corp.local
    containerManager: containerd
    proxyMode: ipvs
    maxPods: 200
  network:
    plugin: calico
    calico: { ipipMode: Never, vxlanMode: Always, vethMTU: 1400 }
    kubePodsCIDR: 10.42.0.0/16
    kubeServiceCIDR: 10.43.0.0/16
  registry:
    privateRegistry: ""
    registryMirrors: []
---
apiVersion: installer.kubesphere.io/v1alpha1
kind: ClusterConfiguration
spec: { authentication: { jwtSecret: "hunter2" } }
`;
export const three = {
  kubeone: (text: string) => translateKubeone('kubeone.yaml', text),
  k0sctl: (text: string) => translateK0sctl('k0sctl.yaml', text),
  kubekey: (text: string) => translateKubekey('config.yaml', text),
};
