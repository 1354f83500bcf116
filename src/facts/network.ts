import type { Family } from '../cluster/ip.js';
import type { Fact } from './fact.js';
import { lines } from './files.js';
import { sh } from './sh.js';

export interface Address {
  readonly device: string;
  readonly address: string;
  readonly prefix: number;
}

const shown = (family: Family, command: string): Fact<Address[]> => ({
  command,
  parse: ({ stdout }) =>
    [...stdout.matchAll(/^\d+:\s+([^\s@]+)\S*\s+inet6?\s+([\da-f.:]+)(?:\/(\d+))?/gm)].map(
      ([, device = '', address = '', prefix]) => ({
        device,
        address,
        prefix: Number(prefix ?? (family === 4 ? 32 : 128)),
      }),
    ),
});

/** Addresses of one family of all interfaces; of IPv6 those that are good for one link only are left out. */
export const addresses = (family: Family): Fact<Address[]> =>
  shown(family, family === 4 ? 'ip -o -4 addr show' : 'ip -o -6 addr show scope global');

/** Those IPv6 addresses. A keepalived that has no peers sends its adverts from one of them (RFC 9568). */
export const linkLocalAddresses: Fact<Address[]> = shown(6, 'ip -o -6 addr show scope link');

/** Hardware address of whoever answers for an address on the segment; undefined when nobody does. */
export const answersFor = (address: string): Fact<string | undefined> => ({
  // Two tries of a second: ARP, or a neighbour of IPv6, answers even where a firewall drops the ping.
  command: sh`ping -n -c 2 -i 0.3 -W 1 ${address} >/dev/null; code=$?; if [ "$code" -gt 2 ]; then exit "$code"; fi; ip neigh show ${address}`,
  waits: true,
  parse: ({ stdout }) => (/FAILED|INCOMPLETE/.test(stdout) ? undefined : /lladdr ([0-9a-f:]{17})/.exec(stdout)?.[1]),
});

export interface VrrpAdvert {
  readonly source: string;
  readonly virtualRouterId: number;
}

/** VRRP adverts heard in about three seconds (timeout(1) ends tcpdump with 124); undefined when it is not there to listen. */
export const vrrpAdverts = (device: string, family: Family): Fact<VrrpAdvert[] | undefined> => ({
  command: sh`command -v tcpdump >/dev/null || exit 3; timeout 3 tcpdump -lnp -i ${device} -c 8 ${family === 4 ? 'ip proto 112' : 'ip6 proto 112'}`,
  codes: [0, 3, 124],
  waits: true,
  parse({ code, stdout }) {
    if (code === 3) return undefined;
    return [...stdout.matchAll(/IP6? ([\da-f.:]+) > [\da-f.:]+:.*?vrid (\d+)/g)].map(([, source = '', id]) => ({
      source,
      virtualRouterId: Number(id),
    }));
  },
});

/**
 * Addresses that a name has on this host, from /etc/hosts or DNS; a name that has none is left out (getent(1): 2). Once
 * DNS let a name wait for a second, the others are looked up in files only: who waits so long for a name is better off with
 * it in /etc/hosts.
 */
export const lookUp = (names: readonly string[], family: Family): Fact<Map<string, string[]>> => ({
  command:
    'from=; ' +
    sh`for name in ${names}; do found=$(timeout 1 getent $from ahostsv${family} "$name"); code=$?; ` +
    'case $code in 0) echo "$found" | while read -r address rest; do echo "$name $address"; done;; 2) ;; 124) from="-s files";; *) exit "$code";; esac; done',
  parse({ stdout }) {
    const found = new Map<string, string[]>();
    for (const line of lines(stdout)) {
      const [name = '', address = ''] = line.split(' ');
      found.set(name, [...new Set([...(found.get(name) ?? []), address])]);
    }
    return found;
  },
});

/** curl's words for nobody there, nobody in time, and a listener that hangs up (curl(1), exit codes). */
const nobody = [6, 7, 28, 35, 52, 55, 56];

/** An HTTPS answer, whoever signed the certificate: 0 when nobody answers. */
export const httpsStatus = (url: string): Fact<number> => ({
  command: sh`curl -sk --noproxy '*' -o /dev/null -w '%{http_code}' --max-time 5 ${url}`,
  codes: [0, ...nobody],
  parse: ({ stdout }) => Number(stdout.trim() || 0),
});
