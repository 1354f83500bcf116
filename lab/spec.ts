import { chmod, writeFile } from 'node:fs/promises';
import { addressOf, certificateFile, hostsOf, labFile, passwordFile, virtualAddress, type Lab } from './lab.js';
import { imagesAddress, registryUser } from './registry.js';

/** kha's own networks, and IPv6 ones beside them or in their place. */
const pods = ['192.168.0.0/16', 'fd00:192:168::/48'];
const services = ['10.96.0.0/12', 'fd00:10:96::/112'];

const evictLate = [
  '# The disks of all hosts are one disk: a kubelet must not evict pods because another host filled it.',
  'kubelet: { evictionHard: { imagefs.available: 0%, nodefs.available: 0%, memory.available: 50Mi } }',
];

const withoutTunnels = [
  '# Neither BIRD in the bundle nor this machine’s kernel has tunnels of IPIP.',
  'networking: { calico: { encapsulation: none } }',
];

/** Writes the lab's cluster.yaml, as a user would write it for hosts of his own. */
export async function writeSpec(lab: Lab, kubernetes: string): Promise<string> {
  const file = labFile(lab, 'cluster.yaml');
  const secret = (of: 'sudo' | 'registry'): string => JSON.stringify(`file:${passwordFile(lab, of)}`);
  const access = lab.careful
    ? `ca: ${JSON.stringify(certificateFile(lab))}, credentials: { username: ${registryUser}, password: ${secret('registry')} }`
    : 'plainHttp: true';
  const user = lab.careful ? `user: admin-pw, sudoPassword: ${secret('sudo')}, ` : '';
  const lines = [
    'apiVersion: kubernetes-ha.io/v1alpha1',
    'kind: Cluster',
    `name: ${lab.name}`,
    `kubernetesVersion: ${kubernetes}`,
    ...(lab.profile === undefined ? [] : [`profile: ${lab.profile}`, 'unsafe: true']),
    `controlPlaneEndpoint: { type: vip, vip: ${virtualAddress(lab)}, virtualRouterId: ${51 + lab.index} }`,
    lab.source === undefined
      ? `source: { registry: { address: ${imagesAddress(lab)}, ${access} } }`
      : `source: { file: { path: ${JSON.stringify(lab.source)}, unsigned: true } }`,
    `ssh: { ${user}key: ${JSON.stringify(labFile(lab, 'id'))}, knownHosts: ${JSON.stringify(labFile(lab, 'known_hosts'))} }`,
    '# Nobody has to approve anything in a lab; leave this out to be asked at every gate.',
    'gates: []',
    ...(lab.profile === undefined ? evictLate : []),
    ...(lab.profile === undefined ? networking(lab) : withoutTunnels),
    'hosts:',
    ...hostsOf(lab).map((host) => {
      const login = lab.loginNetwork ? `, ssh: { address: ${addressOf(lab, host)} }` : '';
      const isNode = host.role === 'control-plane' || host.role === 'worker';
      const second = host.secondaryAddress && isNode ? `, secondaryAddress: ${host.secondaryAddress}` : '';
      return `  - { name: ${host.name}, address: ${host.address}${second}, roles: [${host.role}]${login} }`;
    }),
    '',
  ];
  await writeFile(file, lines.join('\n'));
  await chmod(file, 0o600);
  return file;
}

function networking({ dualStack, ipv6 }: Lab): string[] {
  if (!dualStack && !ipv6) return [];
  const of = (both: readonly string[]): string => both.slice(ipv6 ? 1 : 0).join(',');
  return [`networking: { podSubnet: "${of(pods)}", serviceSubnet: "${of(services)}" }`];
}
