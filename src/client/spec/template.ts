/** What `kha init` writes: valid as it stands, every choice in a comment. */
export const template = `# yaml-language-server: $schema=./cluster.schema.json
apiVersion: kubernetes-ha.io/v1alpha1
kind: Cluster
name: prod
kubernetesVersion: v1.37.2

# Who is what. Roles: control-plane, etcd, worker, load-balancer. Without hosts of role etcd the control planes carry
# etcd, and without load-balancer they carry the virtual address.
hosts:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane] }
  - { name: w1, address: 10.0.0.21, roles: [worker] }

# Where the API is reached: an address that keepalived carries and haproxy serves on port 8443 ...
controlPlaneEndpoint: { type: vip, vip: 10.0.0.100 }
# ... or a load balancer (F5, nginx) that already stands and spreads the port over the control planes' 6443:
# controlPlaneEndpoint: { type: external, host: k8s.example.org, port: 6443 }
# ... or every node's own haproxy on 127.0.0.1, where the network drops VRRP:
# controlPlaneEndpoint: { type: local }

# Where packages and images come from. Without a source: the official downloads and registries, which hosts ask
# themselves, by digests that kha pins (kha bundle lock writes them into a file) ...
# source: { internet: { lock: internet.lock, mirrors: { registry.k8s.io: mirror.example.org/k8s } } }
# ... or a private registry with the images and the bundle of packages; everything may lie below a path, as in a project
# of Harbor ...
# source:
#   registry:
#     address: harbor.example.org/k8s
#     ca: registry-ca.crt                   # or plainHttp: true
#     credentials: { username: kha, password: env:REGISTRY_PASSWORD }
# ... or a bundle's file that lies where kha runs, which serves it to the hosts through their SSH connections:
# source: { file: { path: kha-v1.37.2.tar, key: site.pub } }

# Proxies of containerd, and of what hosts fetch from the internet:
# proxies: { https: http://10.0.0.5:3128, noProxy: [10.0.0.0/8, .example.org] }

# How hosts are logged in to; a host may differ with an ssh key of its own. Secrets are never written here, only where
# they lie: env:NAME or file:PATH.
ssh:
  user: root
  key: ~/.ssh/id_ed25519
  # passphrase: env:SSH_PASSPHRASE
  # sudoPassword: file:/run/secrets/sudo
  # jump: { address: bastion.example.org, user: admin }

# networking:
#   podSubnet: 192.168.0.0/16
#   serviceSubnet: 10.96.0.0/12
#   # With IPv6 too, and a secondaryAddress of every node: podSubnet: 192.168.0.0/16,fd00:192:168::/48, and
#   # serviceSubnet: 10.96.0.0/12,fd00:10:96::/112
#   calico: { encapsulation: vxlan }        # vxlan, ipip or none
#   cni: { manifests: [cilium.yaml] }       # another network than Calico; none: you apply one later

# Names and addresses that the API's certificates are good for besides the hosts' and the endpoint's:
# apiServer: { certSANs: [k8s.example.org] }

# Authorities that the site made itself; kubeadm makes those that are left out.
# certificates: { ca: { cert: ca.crt, key: file:ca.key } }

# Folders on disks of their own, which /etc/fstab names and kha does not mount:
# etcd: { dataDir: /var/lib/etcd }
# containerd: { root: /var/lib/containerd }

# Applied once the nodes are Ready:
# addons: [{ name: dashboard, file: dashboard.yaml }]

# Firewalls (firewalld, ufw) and SELinux of the hosts:
# firewall: open                            # kha opens the needed ports; otherwise it names them
# selinux: enforcing                        # otherwise it is set to permissive

# For slow hosts: everything may take so many times as long.
# patience: 3

# Where a person is waited for; [] for nobody.
# gates: [before-changes, before-control-plane, before-switch-over]

# Problems of preflight to let pass, by name:
# preflight: { waive: [memory] }
`;
