import type { Fact } from './fact.js';
import { lines } from './files.js';
import { present } from './sh.js';

/** What a host can do with IPv6. */
export interface Ipv6 {
  /** The kernel has it, and was not booted without it (ipv6.disable=1). */
  readonly inKernel: boolean;
  /** Interfaces that it is switched off for, by their names or `all` and `default` (ip-sysctl.rst, disable_ipv6). */
  readonly switchedOff: readonly string[];
  /** Addresses of its interfaces. */
  readonly addresses: readonly string[];
  /**
   * Interfaces whose default route the kernel has from router advertisements, and takes away once it forwards
   * (ip-sysctl.rst, accept_ra: 1).
   */
  readonly losesRoute: readonly string[];
}

export const ipv6: Fact<Ipv6> = {
  command: [
    `${present}if present /proc/sys/net/ipv6/conf/all/disable_ipv6; then echo kernel`,
    'cd /proc/sys/net/ipv6/conf || exit',
    'for device in *; do if [ "$(cat "$device/disable_ipv6")" = 1 ]; then echo "off $device"; fi; done',
    "ip -o -6 addr show | sed -n 's/.* inet6 \\([0-9a-f:]*\\).*/address \\1/p'",
    "ip -6 route show default | sed -n 's/.* dev \\([^ ]*\\) proto ra .*/\\1/p' | sort -u | while read -r device; do",
    'if [ "$(cat "$device/accept_ra")" = 1 ]; then echo "advertised $device"; fi; done',
    'fi; echo end',
  ].join('\n'),
  parse({ stdout }) {
    const said = lines(stdout);
    if (said.at(-1) !== 'end') throw new Error('the host did not tell all of its IPv6');
    const of = (key: string): string[] =>
      said.flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
    return {
      inKernel: said.includes('kernel'),
      switchedOff: of('off'),
      addresses: of('address'),
      losesRoute: of('advertised'),
    };
  },
};
