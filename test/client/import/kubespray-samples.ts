import { translateKubespray, type VariablesFile } from '../../../src/client/import/kubespray.js';
import type { Translation } from '../../../src/client/import/ledger.js';

/* Inventories in the form of kubespray’s sample, its docs and its older releases. */
export const ini = `# three control planes with etcd, one worker behind a bastion
[all]
cp1 ansible_host=10.20.0.11 etcd_member_name=etcd1
cp2 ansible_host=10.20.0.12 ip=10.20.0.12 etcd_member_name=etcd2
cp3 ansible_host=10.20.0.13
node1 ansible_host=10.20.0.21 ansible_user=ubuntu # in the other rack

[all:vars]
ansible_user=deploy
ansible_port = 2222
ansible_ssh_private_key_file=~/.ssh/site

[kube_control_plane]
cp[1:3]

[etcd:children]
kube_control_plane

[kube_node]
node1

[bastion]
jump ansible_host=203.0.113.9 ansible_user=ops

[k8s_cluster:children]
kube_control_plane
kube_node
`;
export const yaml = `all:
  hosts:
    cp1: { ansible_host: 192.0.2.11, ip: 10.20.0.11, access_ip: 10.20.0.11 }
    cp2: { ansible_host: 10.20.0.12 }
    cp3: { ansible_host: 10.20.0.13 }
    e1: { ansible_host: 10.20.0.31 }
  children:
    kube_control_plane: { hosts: { cp1:, cp2:, cp3: } }
    kube_node: { hosts: { cp3: } }
    etcd: { hosts: { e1: } }
    k8s_cluster:
      children: { kube_control_plane:, kube_node: }
      vars: { kube_version: 1.37.2 }
`;
export const cluster = `kube_version: v1.37.2
kube_pods_subnet: 10.42.0.0/16
kube_service_addresses: 10.43.0.0/16
kube_network_plugin: calico
kube_proxy_mode: iptables
cluster_name: corp.local
dns_domain: "{{ cluster_name }}"
calico_veth_mtu: 1400
kube_log_level: 2
kubeadm_certificate_key: "{{ lookup('password', 'x') }}"
kube_oidc_secret: hunter2
helm_enabled: false
`;
export const all = `loadbalancer_apiserver:
  address: 10.20.0.200
  port: 6443
registry_host: registry.example.org:5000
http_proxy: "http://proxy.example.org:3128"
no_proxy: "10.0.0.0/8, .example.org"
`;

export const vars = (of: string, text: string, scope: VariablesFile['scope'] = 'group'): VariablesFile => ({
  file: `${scope}_vars/${of}.yml`,
  text,
  scope,
  of,
});
export const translated = (text: string, ...files: VariablesFile[]): Translation =>
  translateKubespray({ file: text.startsWith('all:') ? 'hosts.yaml' : 'inventory.ini', text }, 'Prod_EU', files);
