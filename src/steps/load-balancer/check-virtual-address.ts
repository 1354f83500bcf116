import { familyOf } from '../../cluster/ip.js';
import { vipCarriers } from '../../cluster/roles.js';
import { addresses } from '../../facts/network.js';
import { answers } from '../fitness.js';
import type { Step } from '../step.js';

export const checkVirtualAddress: Step = {
  name: 'checkVirtualAddress',
  does: 'Wait until exactly one host carries the virtual address',
  on: vipCarriers,
  pace: { once: answers },
  retry: 'wait',
  gives: 'api endpoint',
  async check({ cluster, peer }) {
    const { controlPlaneEndpoint: endpoint } = cluster;
    if (endpoint.type !== 'vip') return [];
    const carriers: string[] = [];
    for (const { name } of vipCarriers(cluster)) {
      const found = await (await peer(name)).read(addresses(familyOf(endpoint.vip)));
      if (found.some(({ address }) => address === endpoint.vip)) carriers.push(name);
    }
    if (carriers.length === 1) return [];
    return [
      carriers.length === 0 ? `nobody carries ${endpoint.vip}` : `${carriers.join(' and ')} both carry ${endpoint.vip}`,
    ];
  },
};
