import { each, isDualStack, podSubnetOf, podSubnets, primaryFamily, serviceSubnets } from './families.js';
import { contains, familyOf, networkOf, overlap } from './ip.js';
import { isNode, nodes } from './roles.js';
import { encapsulationOf } from './seed-profile.js';
import { error, type Rule, type RuleProblem } from './rule-problem.js';

/** The networks of pods, services and hosts are apart from each other, and large enough. */
export const networkProblems: Rule = (cluster) => {
  const { networking, hosts } = cluster;
  const problems: RuleProblem[] = [];
  for (const services of serviceSubnets(cluster))
    for (const pods of podSubnets(cluster))
      if (overlap(networkOf(pods), networkOf(services)))
        problems.push(
          error(
            ['networking', 'serviceSubnet'],
            `the service network overlaps the pod network ${pods}`,
            services,
            'two networks apart from each other',
          ),
        );
  for (const key of ['podSubnet', 'serviceSubnet'] as const)
    for (const subnet of each(networking[key])) {
      const network = networkOf(subnet);
      if (network.family === 4 && network.prefix > 24)
        problems.push(error(['networking', key], 'the network is too small', subnet, 'a /24 or larger'));
      for (const [index, host] of hosts.entries())
        for (const field of ['address', 'secondaryAddress'] as const) {
          const address = host[field];
          if (address !== undefined && contains(network, address))
            problems.push(
              error(
                ['hosts', index, field],
                `the address of ${host.name} lies in networking.${key} (${subnet})`,
                address,
                'hosts outside the cluster’s own networks',
              ),
            );
        }
    }
  return [...problems, ...families(cluster), ...sizes(cluster), ...calico(cluster), ...masks(cluster)];
};

/** Hosts, the API's address and the first networks are of one family, by which everything of the cluster talks. */
function primary(cluster: Parameters<Rule>[0]): RuleProblem[] {
  const { networking, hosts, controlPlaneEndpoint: endpoint } = cluster;
  const family = primaryFamily(cluster);
  const other = (path: readonly PropertyKey[], found: string): RuleProblem[] =>
    familyOf(found) === family
      ? []
      : [
          error(
            path,
            `the addresses of hosts are of IPv${family}, as hosts[0] has it, and this is of IPv${familyOf(found)}`,
            found,
            `IPv${family}`,
          ),
        ];
  return [
    ...hosts.flatMap(({ address }, index) => other(['hosts', index, 'address'], address)),
    ...(endpoint.type === 'vip' ? other(['controlPlaneEndpoint', 'vip'], endpoint.vip) : []),
    ...(['podSubnet', 'serviceSubnet'] as const).flatMap((key) =>
      other(['networking', key], each(networking[key])[0]!),
    ),
  ];
}

/** Pods, services and nodes have the same families: kubeadm takes less, and then pods or nodes have no IPv6 without a word. */
const families: Rule = (cluster) => {
  const { networking, hosts } = cluster;
  const others = primary(cluster);
  if (others.length > 0) return others;
  const dual = isDualStack(cluster);
  const agreed = dual === serviceSubnets(cluster).length > 1;
  const problems: RuleProblem[] = [];
  if (!agreed) {
    const [one, other] = dual ? (['serviceSubnet', 'podSubnet'] as const) : (['podSubnet', 'serviceSubnet'] as const);
    problems.push(
      error(
        ['networking', one],
        `networking.${other} has a network of each family, and this is IPv4 alone`,
        networking[one],
        'a network of each family in both, or of IPv4 in both',
      ),
    );
  }
  for (const [index, host] of hosts.entries()) {
    if (dual && agreed && isNode(host) && host.secondaryAddress === undefined)
      problems.push(
        error(
          ['hosts', index],
          `${host.name} has no IPv6 address, which networking.podSubnet wants of every node`,
          'no secondaryAddress',
          'secondaryAddress: its IPv6 address',
        ),
      );
    if (host.secondaryAddress !== undefined && agreed && (!dual || !isNode(host)))
      problems.push(
        error(
          ['hosts', index, 'secondaryAddress'],
          dual
            ? `${host.name} becomes no node`
            : `the networks of pods and services are IPv${familyOf(host.address)} alone`,
          host.secondaryAddress,
          dual ? 'no such field' : 'no such field, or networking.podSubnet and .serviceSubnet with both families',
        ),
      );
  }
  return problems;
};

const maskFlag = 'node-cidr-mask-size-ipv6';

/** Bits of the IPv6 network of one node, as the controller manager has it (kubeadm, getClusterNodeMask). */
const nodeMask = ({ kubeadm }: Parameters<Rule>[0]): number =>
  Number(
    kubeadm.ClusterConfiguration.controllerManager?.extraArgs?.findLast(({ name }) => name === maskFlag)?.value ?? 64,
  );

/**
 * kubeadm refuses these on the host (validation.go: ValidateServiceSubnetSize, ValidatePodSubnetNodeMask): at most 20 bits of
 * services, and of nodes at most 16. As with IPv4, 256 services are the fewest.
 */
const sizes: Rule = (cluster) => {
  const problems: RuleProblem[] = [];
  const say = (key: string, subnet: string, message: string, expected: string): void =>
    void problems.push(error(['networking', key], message, subnet, expected));
  for (const subnet of serviceSubnets(cluster)) {
    const { family, prefix } = networkOf(subnet);
    if (family === 6 && prefix < 108)
      say('serviceSubnet', subnet, 'the network is too large for services', 'a /108 to a /120');
    if (family === 6 && prefix > 120) say('serviceSubnet', subnet, 'the network is too small', 'a /108 to a /120');
  }
  const mask = nodeMask(cluster);
  for (const subnet of podSubnets(cluster)) {
    const { family, prefix } = networkOf(subnet);
    if (family === 4) continue;
    const each = `every node has a /${mask} of it`;
    if (prefix > mask || 2 ** (mask - prefix) < nodes(cluster).length)
      say('podSubnet', subnet, `the network is too small: ${each}`, `a /${fitting(cluster, mask)} or larger`);
    else if (prefix < mask - 16)
      say('podSubnet', subnet, `the network is too large: ${each}`, `a /${mask - 16} or smaller`);
  }
  return problems;
};

const fitting = (cluster: Parameters<Rule>[0], mask: number): number =>
  mask - Math.ceil(Math.log2(Math.max(1, nodes(cluster).length)));

const calico: Rule = (cluster) =>
  podSubnetOf(cluster, 6) !== undefined && cluster.networking.cni === 'calico' && encapsulationOf(cluster) === 'ipip'
    ? [
        error(
          ['networking', 'calico', 'encapsulation'],
          'IP in IP carries IPv4 alone, and pods have IPv6 addresses',
          'ipip',
          'vxlan or none',
        ),
      ]
    : [];

/** With both families the controller manager ends at once over the flag that names none (nodeipamcontroller.go). */
const masks: Rule = (cluster) =>
  (cluster.kubeadm.ClusterConfiguration.controllerManager?.extraArgs ?? []).flatMap(({ name }, index) =>
    isDualStack(cluster) && name === 'node-cidr-mask-size'
      ? [
          error(
            ['kubeadm', 'ClusterConfiguration', 'controllerManager', 'extraArgs', index, 'name'],
            'the controller manager does not start with it where pods have both families',
            name,
            `node-cidr-mask-size-ipv4 and ${maskFlag}`,
          ),
        ]
      : [],
  );
