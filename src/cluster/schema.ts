import { z } from 'zod';
import { canonical } from './ip.js';
import { addOns } from './schema/add-ons.js';
import { certificates } from './schema/certificates.js';
import { containerd, etcd } from './schema/data.js';
import { files } from './schema/files.js';
import { json } from './schema/json.js';
import { kubeadm, patches } from './schema/kubeadm.js';
import { dnsName, ipv6, label, nodeAddress, part, path, port, siteName, subnets } from './schema/names.js';
import { nodeSettings, pool } from './schema/node.js';
import { seedProfile } from './seed-versions.js';
import { source } from './schema/source.js';
import { hostSsh, ssh } from './schema/ssh.js';

/** A node's name is also the value of a label, which takes 63 characters; what reads as an address would be taken for one. */
const hostName = z
  .string()
  .max(63)
  .regex(
    new RegExp(`^(?![\\d.]+$)${part}(\\.${part})*$`),
    'a DNS name: lower-case letters, digits and hyphens, with dots between its parts (RFC 1123), 63 at most',
  );
/** A proxy's URL; one with a password is a secret as a whole. */
const proxy = z
  .string()
  .regex(
    /^(https?:\/\/[^\s"\\]+|env:[A-Za-z_]\w*|file:.+)$/,
    'a URL such as http://10.0.0.5:3128, or a reference to one with a password: env:NAME or file:PATH',
  )
  .refine((value) => !value.startsWith('http') || URL.canParse(value), 'a URL such as http://10.0.0.5:3128');

const networkInterface = z.string().regex(/^[\w.@-]{1,15}$/, 'the name of an interface, such as eth1');

const host = z.strictObject({
  name: hostName.describe('The host name, and the name of its node'),
  address: nodeAddress.describe('The address that the other hosts reach it at'),
  secondaryAddress: ipv6.describe('The node’s IPv6 address, where pods and services have both families').optional(),
  roles: z.array(z.enum(['control-plane', 'etcd', 'worker', 'load-balancer'])).min(1),
  ssh: hostSsh.describe('What differs from the SSH settings of the cluster').optional(),
  vipInterface: networkInterface
    .describe('Interface of this host that carries the virtual address; that of the endpoint if left out')
    .optional(),
  pool: label.describe('The pool whose settings it has, where its own do not say otherwise').optional(),
  site: siteName
    .describe('The site whose workers (kha worker --site) reach it; those of the task queue if left out')
    .optional(),
  ...nodeSettings,
});

/** What a certificate of an API server may be good for besides what it always is: `*.example.org` too. */
const certSAN = z
  .string()
  .max(253)
  .regex(new RegExp(`^((\\*\\.)?${part}(\\.${part})*|[\\da-f:]*:[\\da-f:]*)$`), {
    error: 'a DNS name in lower case, with *. before it for all below it, or an address',
    abort: true,
  })
  .refine((name) => !/^[\d.]+$/.test(name) || z.ipv4().safeParse(name).success, 'an IPv4 address such as 10.0.0.11')
  .refine(
    (name) => !name.includes(':') || (z.ipv6().safeParse(name).success && canonical(name) === name),
    'an IPv6 address in its shortest form (RFC 5952), such as fd00::11',
  );

const controlPlaneEndpoint = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('vip'),
    vip: nodeAddress.describe('Virtual address that keepalived carries'),
    host: z
      .string()
      .regex(new RegExp(`^${dnsName}$`), 'a DNS name in lower case, such as api.example.org')
      .describe('Name of the virtual address, by which kubeconfigs and certificates have it')
      .optional(),
    port: port.describe('Port that haproxy listens on').default(8443),
    virtualRouterId: z.int().min(1).max(255).describe('VRRP id, unique on the segment').default(51),
    interface: networkInterface.describe('Interface that carries the VIP; found by address if left out').optional(),
  }),
  z.strictObject({
    type: z.literal('external'),
    host: z.string().min(1).describe('Name or address of the load balancer that already stands'),
    port: port.default(6443),
  }),
  z.strictObject({
    type: z.literal('local'),
    port: port.describe('Port of every node’s own haproxy, on 127.0.0.1').default(8443),
  }),
]);

const networking = z.strictObject({
  podSubnet: subnets
    .describe('Network of pods, of the family of the hosts’ addresses, or one of each: "IPv4,IPv6"')
    .default('192.168.0.0/16'),
  serviceSubnet: subnets
    .describe('Network of services, of the family of the hosts’ addresses, or one of each: "IPv4,IPv6"')
    .default('10.96.0.0/12'),
  dnsDomain: z
    .string()
    .regex(new RegExp(`^${dnsName}$`), 'a DNS domain such as cluster.local')
    .default('cluster.local'),
  cni: z
    .union([
      z.enum(['calico', 'none']),
      z
        .strictObject({
          manifests: z.array(path).min(1).describe('Files where the worker runs, applied in this order').optional(),
          addons: addOns.min(1).describe('By name, file, URL or chart, as addons, applied in this order').optional(),
        })
        .refine(({ manifests, addons }) => !manifests !== !addons, 'one of manifests and addons'),
    ])
    .describe('Network of pods: calico, manifests or charts of your own, or none')
    .default('calico'),
  calico: z
    .strictObject({
      encapsulation: z
        .enum(['vxlan', 'ipip', 'none'])
        .describe('How pods’ packets go from node to node; vxlan if left out')
        .optional(),
      mtu: z.int().min(576).max(9216).optional(),
    })
    .prefault({}),
  kubeProxyMode: z
    .enum(['nftables', 'iptables', 'ipvs'])
    .describe('Mode of kube-proxy; nftables if left out')
    .optional(),
});

export const gateNames = ['before-changes', 'before-control-plane', 'before-switch-over'] as const;

/** The spec as written, with every default filled in by parsing. Rules between fields live in rules.ts. */
export const clusterSchema = z.strictObject({
  apiVersion: z.literal('kubernetes-ha.io/v1alpha1'),
  kind: z.literal('Cluster'),
  name: label.describe('Names the cluster everywhere: workflow id, kubeconfig, files on hosts'),
  kubernetesVersion: z
    .string()
    .regex(/^v\d+\.\d+\.(0|[1-9]\d*)$/, 'a version such as v1.37.2')
    .describe('Kubernetes version'),
  profile: z
    .literal(seedProfile)
    .describe('A cluster of another time: Kubernetes 1.9.0 on docker, as the seed of this project has it')
    .optional(),
  unsafe: z
    .literal(true)
    .describe('Said by whoever knows that the profile’s cluster is not safe by today’s measure')
    .optional(),
  hosts: z.array(host).min(1),
  pools: z.record(label, pool).describe('Settings that hosts have in common, by name').default({}),
  controlPlaneEndpoint: controlPlaneEndpoint.describe('Where the API is reached'),
  apiServer: z
    .strictObject({
      certSANs: z
        .array(certSAN)
        .describe('Further names and addresses that the API’s certificates are good for')
        .default([]),
    })
    .prefault({}),
  certificates: certificates.describe('Authorities that the site made itself').prefault({}),
  source,
  ssh: ssh.prefault({}),
  networking: networking.prefault({}),
  kubelet: z.record(z.string(), json).describe('Fields of KubeletConfiguration that win over the defaults').default({}),
  kubeadm: kubeadm.describe('Fragments of kubeadm’s documents, by kind').prefault({}),
  patches: patches.describe('kubeadm’s patches, by the names of their files').default({}),
  files: files.describe('Files to lay on hosts before kubeadm runs').default([]),
  etcd: etcd.prefault({}),
  containerd: containerd.prefault({}),
  gates: z
    .array(z.enum(gateNames))
    .describe('Where a person is waited for')
    .default([...gateNames]),
  addons: addOns
    .describe('Applied once the network stands: NAME for manifests/NAME.yaml of the bundle, or a manifest of your own')
    .default([]),
  proxies: z
    .strictObject({ http: proxy.optional(), https: proxy.optional(), noProxy: z.array(z.string()).default([]) })
    .describe('Proxies for the container runtime, and for what hosts fetch from the internet')
    .optional(),
  firewall: z
    .enum(['open', 'named'])
    .describe('Whether kha opens the needed ports in firewalld or ufw, or names them and leaves the firewall alone')
    .default('named'),
  selinux: z
    .enum(['permissive', 'enforcing'])
    .describe('Whether SELinux is set to permissive, or stays as it is on the hosts')
    .default('permissive'),
  preflight: z
    .strictObject({ waive: z.array(z.string()).describe('Names of preflight problems to let pass').default([]) })
    .prefault({}),
  patience: z
    .number()
    .min(1)
    .max(20)
    .describe(
      'How many times as long as usual kha waits for what it did to come true, and the load balancers for an API server; for slow hosts',
    )
    .optional(),
  taskQueue: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,199}$/, 'a name such as site-b')
    .describe('Task queue of the workers that reach these hosts, where the default ones do not')
    .optional(),
});
