import { z } from 'zod';
import { json } from './json.js';

/** By what a field or flag of kubeadm is set, where kha sets it itself: a field of the spec, or why there is none. */
export type Owners = Readonly<Record<string, string>>;

const certificates = 'nothing: kha makes the certificates, and where they lie is fixed';
const documents = 'nothing: kha writes what the document is';
const apiPort = 'nothing: every API server listens on 6443 of its host';

/**
 * What kha itself sets in kubeadm's documents (kubeadm.k8s.io/v1beta4, kubeproxy.config.k8s.io/v1alpha1), and by which field
 * of the spec. A fragment that names any of it is refused; test/steps/control-plane/fragments.test.ts proves that nothing
 * which kha writes is left out.
 */
export const ownedFields = {
  ClusterConfiguration: {
    apiVersion: documents,
    kind: documents,
    clusterName: 'name',
    kubernetesVersion: 'kubernetesVersion',
    imageRepository: 'source',
    controlPlaneEndpoint: 'controlPlaneEndpoint',
    networking: 'networking',
    certificatesDir: certificates,
    etcd: 'hosts[].roles: kha starts etcd before kubeadm',
    dns: 'nothing: the images are those of the release, and the proof waits for CoreDNS',
    proxy: 'networking.kubeProxyMode: the switch-over needs kube-proxy',
  },
  InitConfiguration: {
    apiVersion: documents,
    kind: documents,
    bootstrapTokens: 'nothing: kha makes a token for each join, and deletes it',
    localAPIEndpoint: 'hosts[].address',
    certificateKey: 'nothing: kha copies the authorities over SSH',
    skipPhases: 'nothing: the steps of an install count on all phases',
    dryRun: 'nothing: kha plan changes nothing',
    patches: 'patches',
  },
  JoinConfiguration: {
    apiVersion: documents,
    kind: documents,
    discovery: 'nothing: kha makes a token for each join',
    controlPlane: 'hosts[].address',
    caCertPath: certificates,
    skipPhases: 'nothing: the steps of an install count on all phases',
    dryRun: 'nothing: kha plan changes nothing',
    patches: 'patches',
  },
  KubeProxyConfiguration: {
    apiVersion: documents,
    kind: documents,
    mode: 'networking.kubeProxyMode',
    clusterCIDR: 'networking.podSubnet',
    clientConnection: 'controlPlaneEndpoint',
    hostnameOverride: 'hosts[].name',
  },
  nodeRegistration: {
    name: 'hosts[].name',
    criSocket: 'nothing: kha installs containerd',
    taints: 'hosts[].taints',
    imagePullPolicy: 'nothing: images are pulled before kubeadm runs',
    ignorePreflightErrors: 'preflight.waive',
  },
} as const satisfies Readonly<Record<string, Owners>>;

/** The same of flags: those that kubeadm makes out of what kha sets (phases/controlplane/manifests.go), or that kha counts on. */
const ownedFlags = {
  apiServer: {
    'advertise-address': 'hosts[].address',
    'secure-port': apiPort,
    'bind-address': apiPort,
    'service-cluster-ip-range': 'networking.serviceSubnet',
    'etcd-servers': 'hosts[].roles',
    'etcd-cafile': certificates,
    'etcd-certfile': certificates,
    'etcd-keyfile': certificates,
    'client-ca-file': certificates,
    'tls-cert-file': certificates,
    'tls-private-key-file': certificates,
    'kubelet-client-certificate': certificates,
    'kubelet-client-key': certificates,
    'proxy-client-cert-file': certificates,
    'proxy-client-key-file': certificates,
    'requestheader-client-ca-file': certificates,
    'service-account-key-file': certificates,
    'service-account-signing-key-file': certificates,
    'enable-bootstrap-token-auth': 'nothing: hosts join with bootstrap tokens',
    'anonymous-auth': 'nothing: haproxy and kha ask /readyz without a name',
  },
  controllerManager: {
    'allocate-node-cidrs': 'networking.podSubnet',
    'cluster-cidr': 'networking.podSubnet',
    'cluster-name': 'name',
    'service-cluster-ip-range': 'networking.serviceSubnet',
    'cluster-signing-cert-file': certificates,
    'cluster-signing-key-file': certificates,
    'root-ca-file': certificates,
    'service-account-private-key-file': certificates,
    'secure-port': 'nothing: kha asks for its health at 10257',
    'leader-elect': 'nothing: there is one on every control plane',
  },
  scheduler: {
    'secure-port': 'nothing: kha asks for its health at 10259',
    'leader-elect': 'nothing: there is one on every control plane',
  },
  kubelet: {
    'node-ip': 'hosts[].address and .secondaryAddress',
    'hostname-override': 'hosts[].name',
    'node-labels': 'hosts[].labels',
    'register-with-taints': 'hosts[].taints',
    config: 'kubelet',
    kubeconfig: certificates,
    'bootstrap-kubeconfig': certificates,
    'container-runtime-endpoint': 'nothing: kha installs containerd',
  },
} as const satisfies Readonly<Record<string, Owners>>;

/** The message of what kha sets itself: by which field of the spec. */
const setBy = (owner: string): string => (owner.startsWith('nothing: ') ? owner : `${owner}, which sets it`);

/** Keys at which nothing may stand, as kha sets them. */
const owned = (owners: Owners): Record<string, z.ZodOptional<z.ZodNever>> =>
  Object.fromEntries(
    Object.entries(owners).map(([key, owner]) => [
      key,
      z
        .never({ error: setBy(owner) })
        .describe(`Set by kha: ${owner}`)
        .optional(),
    ]),
  );

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/i, 'a flag without its hyphens, such as audit-policy-file');

/** A list since kubeadm.k8s.io/v1beta4: a flag may stand twice. */
const flags = (owners: Owners) =>
  z.array(z.strictObject({ name, value: z.string() })).superRefine((found, context) => {
    for (const [index, one] of found.entries()) {
      const owner = Object.hasOwn(owners, one.name) ? owners[one.name] : undefined;
      if (owner !== undefined)
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: setBy(owner),
          params: { ownedBySpec: true },
        });
    }
  });

const volume = z.strictObject({
  name: z.string().min(1),
  hostPath: z.string().startsWith('/', 'an absolute path'),
  mountPath: z.string().startsWith('/', 'an absolute path'),
  readOnly: z.boolean().optional(),
  pathType: z
    .enum(['', 'DirectoryOrCreate', 'Directory', 'FileOrCreate', 'File', 'Socket', 'CharDevice', 'BlockDevice'])
    .optional(),
});

const component = (owners: Owners) => ({
  extraArgs: flags(owners).optional(),
  extraVolumes: z.array(volume).optional(),
  extraEnvs: z.array(z.looseObject({ name: z.string().min(1) }).catchall(json)).optional(),
});

const duration = z.string().regex(/^([0-9.]+(ns|us|ms|s|m|h))+$/, 'a duration such as 4m0s');
const timeouts = z
  .strictObject({
    controlPlaneComponentHealthCheck: duration,
    kubeletHealthCheck: duration,
    kubernetesAPICall: duration,
    etcdAPICall: duration,
    tlsBootstrap: duration,
    discovery: duration,
    upgradeManifests: duration,
  })
  .partial();

const nodeRegistration = z.strictObject({
  ...owned(ownedFields.nodeRegistration),
  kubeletExtraArgs: flags(ownedFlags.kubelet).optional(),
  imagePullSerial: z.boolean().optional(),
});

const host = { nodeRegistration: nodeRegistration.optional(), timeouts: timeouts.optional() };

/** Fragments of kubeadm's documents, by kind. What kha itself sets has no place in them. */
export const kubeadm = z.strictObject({
  ClusterConfiguration: z
    .strictObject({
      ...owned(ownedFields.ClusterConfiguration),
      apiServer: z
        .strictObject({
          ...component(ownedFlags.apiServer),
          ...owned({ certSANs: 'apiServer.certSANs' }),
        })
        .optional(),
      controllerManager: z.strictObject(component(ownedFlags.controllerManager)).optional(),
      scheduler: z.strictObject(component(ownedFlags.scheduler)).optional(),
      featureGates: z.record(z.string(), z.boolean()).optional(),
      encryptionAlgorithm: z.enum(['RSA-2048', 'RSA-3072', 'RSA-4096', 'ECDSA-P256', 'ECDSA-P384']).optional(),
      certificateValidityPeriod: duration.optional(),
      caCertificateValidityPeriod: duration.optional(),
    })
    .describe('Of the control plane, for all of its hosts')
    .default({}),
  InitConfiguration: z
    .strictObject({ ...owned(ownedFields.InitConfiguration), ...host })
    .describe('Of the first control planes, each for itself')
    .default({}),
  JoinConfiguration: z
    .strictObject({ ...owned(ownedFields.JoinConfiguration), ...host })
    .describe('Of workers, and of control planes that come later')
    .default({}),
  KubeProxyConfiguration: z
    .object(owned(ownedFields.KubeProxyConfiguration))
    .catchall(json)
    .describe('Of kube-proxy on every node')
    .default({}),
});

const targets = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubeletconfiguration',
  'corednsdeployment',
  'kubeproxydaemonset',
];

/** kubeadm's patches (util/patches/patches.go): file name to content. etcd's manifest is kha's own. */
export const patches = z.record(
  z
    .string()
    .max(200)
    .regex(
      new RegExp(`^(${targets.join('|')})[a-z0-9_-]*(\\+(strategic|merge|json))?\\.(yaml|json)$`),
      `target[suffix][+strategic|merge|json].yaml, such as kube-apiserver0+merge.yaml; targets are ${targets.join(', ')}`,
    ),
  z.union([z.record(z.string(), json), z.array(json)], 'a map, or the list of a JSON patch'),
);
