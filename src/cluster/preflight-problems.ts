/**
 * What preflight may find, by the name that its words begin with. The spec waives a problem by that name; where a waiver
 * would not help, here is why.
 */
const problems = {
  sudo: 'every step needs root',
  os: 'the bundle’s packages cannot be installed there',
  architecture: 'the bundle’s programs do not run there',
  cpu: undefined,
  memory: undefined,
  disk: undefined,
  'etcd-disk': undefined,
  clock: undefined,
  'machine-id': undefined,
  'mac-address': undefined,
  'host-name': 'it is only warned of',
  ports: undefined,
  'kernel-modules': 'pods have no network without them',
  swap: 'it is only warned of, and switched off',
  cgroups: 'the kubelet does not start without them',
  'cgroup-controllers': 'containers do not start, or start without limits',
  'name-resolution': undefined,
  claim: 'the host belongs to another cluster, which would be overwritten',
  leftovers: undefined,
  address: 'etcd and the kubelet listen on that address',
  ipv6: 'pods and services have an address of it',
  'vip-free': undefined,
  'vip-network': undefined,
  'vrrp-id': undefined,
  firewall: undefined,
  registry: 'everything comes from it',
  bundle: 'everything comes out of it',
  certificates: 'nothing can be signed with such an authority',
  internet: 'everything comes from there',
  packages: undefined,
  images: undefined,
  tools: 'steps are made of them',
} as const satisfies Readonly<Record<string, string | undefined>>;

export type PreflightName = keyof typeof problems;

/** Names that the spec may waive. */
export const waivable: readonly string[] = Object.entries(problems).flatMap(([name, why]) => (why ? [] : [name]));

/** Why a problem cannot be waived; undefined where it can, or where preflight knows none of this name. */
export const unwaivable = (name: string): string | undefined =>
  Object.hasOwn(problems, name) ? problems[name as PreflightName] : undefined;
