import { primaryFamily } from '../../cluster/families.js';
import { contains, networkOf } from '../../cluster/ip.js';
import { vipCarriers } from '../../cluster/roles.js';
import type { Fact } from '../../facts/fact.js';
import { macs } from '../../facts/identity.js';
import { addresses, answersFor, linkLocalAddresses, vrrpAdverts } from '../../facts/network.js';
import type { Step } from '../step.js';
import { deviceOf, nodeDeviceOf } from '../load-balancer/device.js';
import { sift, type Problem } from './problem.js';

export const checkEndpoint: Step = {
  name: 'checkEndpoint',
  does: 'See that nobody else answers for the virtual address or uses its VRRP id',
  on: vipCarriers,
  pace: 'all at once',
  retry: 'inspect',
  async check({ cluster, host, peer, warn }) {
    const { controlPlaneEndpoint: endpoint } = cluster;
    if (endpoint.type !== 'vip') return [];
    const problems: Problem[] = [];
    const family = primaryFamily(cluster);
    const ofCarriers = async <T>(fact: Fact<T>): Promise<T[]> =>
      Promise.all(vipCarriers(cluster).map(async ({ name }) => (await peer(name)).read(fact)));
    const [own, ourMacs, links] = await Promise.all([
      host.read(addresses(family)),
      ofCarriers(macs),
      family === 6 ? ofCarriers(linkLocalAddresses) : [],
    ]);
    const device = deviceOf(cluster, host.machine, own);
    const near = own.filter((one) => one.device === device && one.address !== endpoint.vip);
    if (near.length === 0) problems.push({ name: 'vip-network', words: `${device} has no address` });
    else if (!near.some(({ address, prefix }) => contains(networkOf(`${address}/${prefix}`), endpoint.vip))) {
      const networks = near.map(({ address, prefix }) => `${address}/${prefix}`).join(', ');
      problems.push({
        name: 'vip-network',
        words: `the virtual address ${endpoint.vip} is outside the network of ${device} (${networks})`,
      });
    }
    const carried = own.some(({ address }) => address === endpoint.vip);
    // Each of them waits for seconds whether anybody is heard.
    const [mac, adverts] = await Promise.all([
      carried ? undefined : host.read(answersFor(endpoint.vip)),
      host.read(vrrpAdverts(nodeDeviceOf(host.machine, own), family)),
    ]);
    if (mac && !ourMacs.flat().includes(mac))
      problems.push({ name: 'vip-free', words: `${mac} already answers for ${endpoint.vip}` });
    if (!adverts)
      problems.push({
        name: 'vrrp-id',
        words: 'tcpdump is not installed, so nobody listened for other VRRP routers',
        warning: true,
      });
    const ours = [...cluster.hosts, ...links.flat()];
    const stranger = adverts?.find(
      ({ source, virtualRouterId }) =>
        virtualRouterId === endpoint.virtualRouterId && !ours.some(({ address }) => address === source),
    );
    if (stranger)
      problems.push({
        name: 'vrrp-id',
        words: `${stranger.source} already uses VRRP id ${stranger.virtualRouterId}; choose another as controlPlaneEndpoint.virtualRouterId`,
      });
    return sift(cluster, problems, warn);
  },
};
