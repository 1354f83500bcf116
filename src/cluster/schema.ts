import { z } from 'zod';
import { files } from './schema/files.js';
import { json } from './schema/json.js';
import { kubeadm, patches } from './schema/kubeadm.js';
import { nodeSettings, pool } from './schema/node.js';

const part = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const label = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'a DNS label: lower-case letters, digits and hyphens, 63 at most (RFC 1123)',
  );
/** A node's name is also the value of a label, which takes 63 characters; what reads as an address would be taken for one. */
const hostName = z
  .string()
  .max(63)
  .regex(
    new RegExp(`^(?![\\d.]+$)${part}(\\.${part})*$`),
    'a DNS name: lower-case letters, digits and hyphens, with dots between its parts (RFC 1123), 63 at most',
  );
const ipv4 = z.ipv4('an IPv4 address such as 10.0.0.11');
const cidr = z.cidrv4('an IPv4 network such as 192.168.0.0/16');
const port = z.int().min(1).max(65535);
/** DNS name: labels of 63 characters at most, 253 in all (RFC 1035). */
const dnsName = `(?=[^:/]{1,253}([:/]|$))${part}(\\.${part})*`;
const path = z.string().min(1);
/** A secret is never written into the spec, only where it lies: `env:NAME` or `file:PATH`. */
const secret = z.string().regex(/^(env:[A-Za-z_]\w*|file:.+)$/, 'a reference to a secret: env:NAME or file:PATH');

/** A proxy's URL; one with a password is a secret as a whole. */
const proxy = z
  .string()
  .regex(
    /^(https?:\/\/[^\s"\\]+|env:[A-Za-z_]\w*|file:.+)$/,
    'a URL such as http://10.0.0.5:3128, or a reference to one with a password: env:NAME or file:PATH',
  )
  .refine((value) => !value.startsWith('http') || URL.canParse(value), 'a URL such as http://10.0.0.5:3128');

const login = {
  user: z
    .string()
    .max(256)
    .regex(/^[a-z_][a-z0-9_.-]*$/i)
    .describe('Login name'),
  port: port,
  key: path.describe('Private key file'),
  passphrase: secret.describe('Passphrase of an encrypted key'),
  agent: z.boolean().describe('Use the SSH agent at SSH_AUTH_SOCK'),
  knownHosts: path.describe('known_hosts file that host keys are checked against'),
};
const jump = z
  .strictObject({ address: z.string().min(1), ...login })
  .partial()
  .required({ address: true });
const sshFields = z.strictObject({
  ...login,
  jump: jump.describe('Bastion to go through; what it leaves out is as for the hosts'),
  sudoPassword: secret.describe('Password for sudo, where sudo asks for one'),
});
/** What a host may say of its own: no defaults here, or they would hide those of the cluster. */
const hostSsh = sshFields.partial().extend({
  address: z
    .string()
    .regex(/^[\w.:-]{1,253}$/, 'a name or an address')
    .describe('Where kha logs in, where that is not the node’s own address (NAT, floating IPs)')
    .optional(),
});
const ssh = sshFields.partial().extend({
  user: login.user.default('root'),
  port: port.default(22),
  agent: login.agent.default(false),
  knownHosts: login.knownHosts.default('~/.ssh/known_hosts'),
});

const host = z.strictObject({
  name: hostName.describe('The host name, and the name of its node'),
  address: ipv4.describe('The address that the other hosts reach it at'),
  roles: z.array(z.enum(['control-plane', 'etcd', 'worker', 'load-balancer'])).min(1),
  ssh: hostSsh.describe('What differs from the SSH settings of the cluster').optional(),
  pool: label.describe('The pool whose settings it has, where its own do not say otherwise').optional(),
  ...nodeSettings,
});

/** What a certificate of an API server may be good for besides what it always is: `*.example.org` too. */
const certSAN = z
  .string()
  .max(253)
  .regex(
    new RegExp(`^(\\*\\.)?${part}(\\.${part})*$`),
    'a DNS name in lower case, with *. before it for all below it, or an IPv4 address',
  )
  .refine((name) => !/^[\d.]+$/.test(name) || z.ipv4().safeParse(name).success, 'an IPv4 address such as 10.0.0.11');

const controlPlaneEndpoint = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('vip'),
    vip: ipv4.describe('Virtual address that keepalived carries'),
    host: z
      .string()
      .regex(new RegExp(`^${dnsName}$`), 'a DNS name in lower case, such as api.example.org')
      .describe('Name of the virtual address, by which kubeconfigs and certificates have it')
      .optional(),
    port: port.describe('Port that haproxy listens on').default(8443),
    virtualRouterId: z.int().min(1).max(255).describe('VRRP id, unique on the segment').default(51),
    interface: z
      .string()
      .regex(/^[\w.@-]{1,15}$/)
      .describe('Interface that carries the VIP; found by address if left out')
      .optional(),
  }),
  z.strictObject({
    type: z.literal('external'),
    host: z.string().min(1).describe('Name or address of the load balancer that already stands'),
    port: port.default(6443),
  }),
]);

/** Repository of a registry (OCI distribution specification, pulling). */
const repositoryPath = '[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*';
const repository = z
  .string()
  .max(255)
  .regex(new RegExp(`^${repositoryPath}$`), 'a repository such as kha/bundle');

const registry = z.strictObject({
  address: z
    .string()
    .regex(new RegExp(`^${dnsName}(:\\d{1,5})?(/|$)`, 'i'), 'host, host:port or host/path, without a scheme')
    .regex(
      new RegExp(`^[^/]*(/${repositoryPath})?$`),
      'host, host:port or host/path; a path is lower-case letters, digits, and . _ - between them',
    )
    .describe('The registry, and the path in it below which everything lies'),
  plainHttp: z.boolean().default(false),
  ca: path.describe('CA certificate (PEM) that signed the registry’s certificate').optional(),
  credentials: z.strictObject({ username: z.string().min(1), password: secret }).optional(),
  bundle: repository.describe('Repository of the bundle artifact in this registry').default('kha/bundle'),
  images: z
    .record(
      z
        .string()
        .regex(
          new RegExp(`^${dnsName}(/${repositoryPath})?$`),
          'an upstream name, or its beginning: registry.k8s.io/kube-proxy, quay.io/calico, registry.k8s.io',
        ),
      repository,
    )
    .describe('Repositories of images that this registry has under names of its own, by their upstream names')
    .default({}),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .describe('Pins the bundle to one manifest')
    .optional(),
});

/** The digest of its index.json, which names all else by digest. */
const indexDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest: sha256: and 64 hexadecimal digits');
const bundleFile = z.strictObject({
  path: path.describe('The bundle; it lies where kha’s worker runs'),
  key: path.describe('Public key (PEM, Ed25519) that it must be signed with').optional(),
  unsigned: z.literal(true).describe('Take a bundle that nobody signed').optional(),
  digest: indexDigest.describe('Pins the bundle: SHA-256 of its index.json; found by kha if left out').optional(),
});

const networking = z.strictObject({
  podSubnet: cidr.default('192.168.0.0/16'),
  serviceSubnet: cidr.default('10.96.0.0/12'),
  dnsDomain: z
    .string()
    .regex(new RegExp(`^${dnsName}$`), 'a DNS domain such as cluster.local')
    .default('cluster.local'),
  calico: z
    .strictObject({
      encapsulation: z.enum(['vxlan', 'ipip', 'none']).default('vxlan'),
      mtu: z.int().min(576).max(9216).optional(),
    })
    .prefault({}),
  kubeProxyMode: z.enum(['nftables', 'iptables', 'ipvs']).default('nftables'),
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
  source: z
    .strictObject({
      registry: registry.describe('Private registry with the images and the bundle').optional(),
      file: bundleFile.describe('Bundle that kha serves to the hosts through their SSH connections').optional(),
    })
    .describe('Where packages and images come from'),
  ssh: ssh.prefault({}),
  networking: networking.prefault({}),
  kubelet: z.record(z.string(), json).describe('Fields of KubeletConfiguration that win over the defaults').default({}),
  kubeadm: kubeadm.describe('Fragments of kubeadm’s documents, by kind').prefault({}),
  patches: patches.describe('kubeadm’s patches, by the names of their files').default({}),
  files: files.describe('Files to lay on hosts before kubeadm runs').default([]),
  gates: z
    .array(z.enum(gateNames))
    .describe('Where a person is waited for')
    .default([...gateNames]),
  addons: z
    .array(label)
    .describe('Manifests of the bundle to apply once the network stands: manifests/NAME.yaml')
    .default([]),
  proxies: z
    .strictObject({ http: proxy.optional(), https: proxy.optional(), noProxy: z.array(z.string()).default([]) })
    .describe('Proxies for the container runtime')
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
  taskQueue: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,199}$/, 'a name such as site-b')
    .describe('Task queue of the workers that reach these hosts, where the default ones do not')
    .optional(),
});
