import { each, primaryFamily } from './families.js';
import { contains, familyOf, networkOf } from './ip.js';
import { apiServerPort, loadBalancers } from './roles.js';
import { error, warning, type Rule, type RuleProblem } from './rule-problem.js';

/** The virtual address is nobody's, and where its carriers can have it. */
export const endpointProblems: Rule = (cluster) => {
  const { controlPlaneEndpoint: endpoint, hosts, networking } = cluster;
  // Of another family is another rule’s.
  if (endpoint.type !== 'vip' || familyOf(endpoint.vip) !== primaryFamily(cluster)) return [];
  const path = ['controlPlaneEndpoint', 'vip'];
  const problems: RuleProblem[] = [];
  if (hosts.some(({ name }) => name === endpoint.host))
    problems.push(
      error(['controlPlaneEndpoint', 'host'], 'the name is that of a host', endpoint.host!, 'a name that no host has'),
    );
  const taken = hosts.find(({ address }) => address === endpoint.vip);
  if (taken)
    problems.push(
      error(path, `the virtual address is that of host ${taken.name}`, endpoint.vip, 'an address that no host has'),
    );
  for (const key of ['podSubnet', 'serviceSubnet'] as const)
    for (const subnet of each(networking[key]))
      if (contains(networkOf(subnet), endpoint.vip))
        problems.push(
          error(
            path,
            `the virtual address lies in networking.${key} (${subnet})`,
            endpoint.vip,
            'an address of the hosts’ own network',
          ),
        );
  // Where an interface is named, its network may be another. Prefixes are not in the spec: what shares not even 16 bits (48 of IPv6) with a carrier is surely elsewhere, and preflight knows exactly.
  const carriers = loadBalancers(cluster)
    .filter(({ vipInterface }) => (vipInterface ?? endpoint.interface) === undefined)
    .map(({ address }) => address);
  // A network of IPv6 is a /64, and a site has a /48 or more.
  const [far, close] = familyOf(endpoint.vip) === 4 ? [16, 24] : [48, 64];
  const near = (prefix: number): boolean =>
    carriers.some((address) => contains(networkOf(`${address}/${prefix}`), endpoint.vip));
  if (carriers.length > 0 && !near(far))
    problems.push(
      error(
        path,
        'the virtual address is outside the networks of the hosts that carry it',
        endpoint.vip,
        `an address beside ${carriers.join(', ')}`,
      ),
    );
  else if (carriers.length > 0 && !near(close))
    problems.push(
      warning(
        path,
        'the virtual address may be outside the networks of the hosts that carry it',
        endpoint.vip,
        `an address beside ${carriers.join(', ')}`,
      ),
    );
  return problems;
};

/** Every node's haproxy on loopback has a port of its own; at a virtual address it may have the API server's. */
export const portProblems: Rule = ({ controlPlaneEndpoint: { type, port } }) =>
  type === 'local' && port === apiServerPort
    ? [
        error(
          ['controlPlaneEndpoint', 'port'],
          'the API server itself listens on 6443 on the control planes',
          '6443',
          'another port, such as 8443',
        ),
      ]
    : [];
