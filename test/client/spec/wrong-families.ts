import { good, type Wrong } from './wrong-specs.js';

/** A spec with both families that nothing is wrong with; its last two lines are the networks. */
export const dual = `${good.replaceAll(/address: (10\.0\.0\.(\d+))/g, 'address: $1, secondaryAddress: fd00::$2')}networking:
  podSubnet: 192.168.0.0/16,fd00:192:168::/48
  serviceSubnet: 10.96.0.0/12,fd00:10:96::/112
`;

/** The same of IPv6 alone. */
export const six = `${good.replaceAll(/(address|vip): 10\.0\.0\.(\d+)/g, '$1: fd00::$2')}networking:
  podSubnet: fd00:192:168::/48
  serviceSubnet: fd00:10:96::/112
`;

const changed = (from: string | RegExp, to: string): string => {
  const text = dual.replace(from, to);
  if (text === dual) throw new Error(`the spec has no ${String(from)}`);
  return text;
};

const [podSubnet, serviceSubnet] = ['networking.podSubnet', 'networking.serviceSubnet'];
const pods = (subnet: string): string => changed('fd00:192:168::/48', subnet);
const services = (subnet: string): string => changed('fd00:10:96::/112', subnet);
const flag = (name: string, value: string): string =>
  `kubeadm: { ClusterConfiguration: { controllerManager: { extraArgs: [{ name: ${name}, value: "${value}" }] } } }\n`;

/** Specs with one thing wrong each in the two families of addresses, and where and how that is told. */
export const wrongFamilies: readonly Wrong[] = [
  [
    'a host of another family',
    good.replace('10.0.0.21', 'fd00::21'),
    11,
    26,
    'hosts[3].address',
    /of hosts are of IPv4, as hosts\[0\] has it, and this is of IPv6/,
  ],
  [
    'IPv6 with networks of IPv4',
    six.replace(/podSubnet: .*/, 'podSubnet: 192.168.0.0/16'),
    13,
    14,
    podSubnet,
    /and this is of IPv4/,
  ],
  [
    'a virtual address of IPv4',
    six.replace('fd00::100', '10.0.0.100'),
    5,
    41,
    'controlPlaneEndpoint.vip',
    /is of IPv4/,
  ],
  ['a virtual address far away', six.replace('fd00::100', 'fd00:1::100'), 5, 41, 'controlPlaneEndpoint.vip', /outside/],
  [
    'a second address beside IPv6',
    six.replace('fd00::11', 'fd00::11, secondaryAddress: fd00::12'),
    8,
    54,
    'hosts[0].secondaryAddress',
    /are IPv6 alone/,
  ],
  ['a second address of IPv4', changed('fd00::21', '10.1.0.21'), 11, 55, 'hosts[3].secondaryAddress', /wrong form/],
  ['an address in its long form', changed('fd00::21', 'fd00:0::21'), 11, 55, 'hosts[3].secondaryAddress', /shortest/],
  ['an address in capitals', changed('fd00::21', 'FD00::21'), 11, 55, 'hosts[3].secondaryAddress', /lower case/],
  ['an address of one link', changed('fd00::21', 'fe80::21'), 11, 55, 'hosts[3].secondaryAddress', /global or unique/],
  [
    'a second address twice',
    changed('fd00::21', 'fd00::11'),
    11,
    55,
    'hosts[3].secondaryAddress',
    /the same secondary/,
  ],
  ['a node without one', changed(', secondaryAddress: fd00::21', ''), 11, 5, 'hosts[3]', /w1 has no IPv6 address/],
  [
    'one where there is no IPv6',
    good.replace('10.0.0.21', '10.0.0.21, secondaryAddress: fd00::21'),
    11,
    55,
    'hosts[3].secondaryAddress',
    /are IPv4 alone/,
  ],
  [
    'one of a host that becomes no node',
    changed('roles: [worker]', 'roles: [load-balancer]'),
    11,
    55,
    'hosts[3].secondaryAddress',
    /becomes no node/,
  ],
  [
    'services of IPv4 alone',
    changed(',fd00:10:96::/112', ''),
    14,
    18,
    serviceSubnet,
    /podSubnet has a network of each/,
  ],
  ['pods of IPv4 alone', changed(',fd00:192:168::/48', ''), 13, 14, podSubnet, /serviceSubnet has a network of each/],
  [
    'IPv6 before IPv4',
    changed('192.168.0.0/16,fd00:192:168::/48', 'fd00:192:168::/48,192.168.0.0/16'),
    13,
    14,
    podSubnet,
    /wrong form/,
  ],
  ['a third network', pods('fd00:192:168::/48,fd01::/48'), 13, 14, podSubnet, /wrong form/],
  ['two networks of IPv4', pods('10.1.0.0/16'), 13, 14, podSubnet, /wrong form/],
  ['a network in its long form', pods('fd00:192:168:0::/48'), 13, 14, podSubnet, /shortest form/],
  ['a network that begins within itself', pods('fd00:192:168::1/48'), 13, 14, podSubnet, /is wrong/],
  ['services as many as nobody can keep', services('fd00:10:96::/64'), 14, 18, serviceSubnet, /too large for services/],
  ['few services', services('fd00:10:96::/124'), 14, 18, serviceSubnet, /too small/],
  ['more nodes than IPv6 networks for them', pods('fd00:192:168::/63'), 13, 14, podSubnet, /has a \/64 of it/],
  ['more IPv6 networks than there can be nodes', pods('fd00:192::/32'), 13, 14, podSubnet, /too large: every node/],
  [
    'overlapping IPv6 networks',
    pods('fd00:10:96::/48'),
    14,
    18,
    serviceSubnet,
    /overlaps the pod network fd00:10:96::/,
  ],
  [
    'a host among the pods',
    changed('fd00::11', 'fd00:192:168:7::11'),
    8,
    55,
    'hosts[0].secondaryAddress',
    /lies in networking\.podSubnet \(fd00/,
  ],
  [
    'IP in IP',
    `${dual}  calico: { encapsulation: ipip }\n`,
    15,
    28,
    'networking.calico.encapsulation',
    /IP in IP carries IPv4 alone/,
  ],
  [
    'a flag that the controller manager does not take',
    `${dual}${flag('node-cidr-mask-size', '80')}`,
    15,
    77,
    'kubeadm.ClusterConfiguration.controllerManager.extraArgs[0].name',
    /does not start with it/,
  ],
  [
    'nodes with a larger network than all have',
    `${dual}${flag('node-cidr-mask-size-ipv6', '40')}`,
    13,
    14,
    podSubnet,
    /every node has a \/40 of it/,
  ],
  [
    'a name of the API in a long form',
    `${dual}apiServer: { certSANs: ["fd00:0::1"] }\n`,
    15,
    25,
    'apiServer.certSANs[0]',
    /shortest/,
  ],
];

/** What is right with them. */
export const rightFamilies: readonly (readonly [string, string])[] = [
  ['both families', dual],
  ['IPv6 alone', six],
  ['IPv6 alone, with a virtual address in another network of the site', six.replace('fd00::100', 'fd00:0:0:1::100')],
  ['a name of the API that is an IPv6 address', `${dual}apiServer: { certSANs: ["fd00:10::1"] }\n`],
  ['nodes with networks of another size', pods('fd00:192:168::/104') + flag('node-cidr-mask-size-ipv6', '112')],
  [
    'a host of a load balancer with IPv4 alone',
    changed(/secondaryAddress: fd00::21, roles: \[worker\]/, 'roles: [load-balancer]'),
  ],
];
