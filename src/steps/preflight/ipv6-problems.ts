import type { Machine } from '../../cluster/cluster.js';
import { ipv6AddressOf } from '../../cluster/families.js';
import type { Ipv6 } from '../../facts/ipv6.js';
import type { Problem } from './problem.js';

/** What is wrong with a host's IPv6 where its node is to have an address of it. */
export function ipv6Problems(machine: Machine, found: Ipv6): Problem[] {
  const address = ipv6AddressOf(machine);
  if (address === undefined) return [];
  if (!found.inKernel)
    return [
      {
        name: 'ipv6',
        words: 'the kernel has no IPv6; where /proc/cmdline has ipv6.disable=1, boot without it',
      },
    ];
  // An interface that is made later, as Calico's are, begins as `default` says.
  const off = found.switchedOff.filter((device) => device === 'all' || device === 'default');
  if (off.length > 0)
    return [
      {
        name: 'ipv6',
        words: `IPv6 is switched off by ${off.map((device) => `net.ipv6.conf.${device}.disable_ipv6 = 1`).join(' and ')}; set it to 0 in /etc/sysctl.d too, then sysctl --system`,
      },
    ];
  const problems: Problem[] = [];
  const without = found.switchedOff.map((device) => `; IPv6 is switched off for ${device}`).join('');
  if (!found.addresses.includes(address))
    problems.push({
      name: 'address',
      words: `${address} is on none of its interfaces (${found.addresses.join(', ') || 'none has an IPv6 address'})${without}`,
    });
  for (const device of found.losesRoute)
    problems.push({
      name: 'ipv6',
      words: `the IPv6 default route of ${device} comes from router advertisements, which the kernel passes over once it forwards; set net.ipv6.conf.${device}.accept_ra = 2 in /etc/sysctl.d, then sysctl --system`,
    });
  return problems;
}
