import { loadBalancers } from '../../cluster/roles.js';
import { addresses, answersFor, vrrpAdverts } from '../../facts/network.js';
import { survey } from '../../facts/survey.js';
import type { Step } from '../step.js';
import { deviceOf } from '../load-balancer/device.js';
import { sift, type Problem } from './problem.js';

export const checkEndpoint: Step = {
  name: 'checkEndpoint',
  does: 'See that nobody else answers for the virtual address or uses its VRRP id',
  on: loadBalancers,
  pace: 'all at once',
  retry: 'inspect',
  async check({ cluster, host, peer, warn }) {
    const { controlPlaneEndpoint: endpoint } = cluster;
    if (endpoint.type !== 'vip') return [];
    const problems: Problem[] = [];
    const own = await host.read(addresses);
    const device = deviceOf(cluster, host.machine, own);
    const near = own.find(({ address }) => address === host.machine.address);
    if (near && !sameNetwork(endpoint.vip, near.address, near.prefix)) {
      problems.push({
        name: 'vip-network',
        words: `the virtual address ${endpoint.vip} is outside the network of ${device} (${near.address}/${near.prefix})`,
      });
    }
    const ourMacs = await Promise.all(
      loadBalancers(cluster).map(async ({ name }) => (await (await peer(name)).read(survey)).macs),
    );
    const mac = own.some(({ address }) => address === endpoint.vip)
      ? undefined
      : await host.read(answersFor(endpoint.vip));
    if (mac && !ourMacs.flat().includes(mac))
      problems.push({ name: 'vip-free', words: `${mac} already answers for ${endpoint.vip}` });
    const adverts = await host.read(vrrpAdverts(device));
    if (!adverts)
      problems.push({
        name: 'vrrp-id',
        words: 'tcpdump is not installed, so nobody listened for other VRRP routers',
        warning: true,
      });
    const stranger = adverts?.find(
      ({ source, virtualRouterId }) =>
        virtualRouterId === endpoint.virtualRouterId && !cluster.hosts.some(({ address }) => address === source),
    );
    if (stranger)
      problems.push({
        name: 'vrrp-id',
        words: `${stranger.source} already uses VRRP id ${stranger.virtualRouterId}; choose another as controlPlaneEndpoint.virtualRouterId`,
      });
    return sift(cluster, problems, warn);
  },
};

function sameNetwork(one: string, other: string, prefix: number): boolean {
  const number = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefix);
  return Math.floor(number(one) / size) === Math.floor(number(other) / size);
}
