import { execFileSync } from 'node:child_process';

/** What a lab's hosts may send to without anybody having to be asked: each other, pods, services, VRRP. */
const own = (network: string, hosts: readonly string[]): string[][] => [
  ['-o', 'lo'],
  // keepalived joins VRRP's group, which IGMPv3 tells to 224.0.0.22 (RFC 3376, 4.2.14).
  ...[...hosts, `${network}.100`, '192.168.0.0/16', '10.96.0.0/12', '224.0.0.18', '224.0.0.22', '127.0.0.0/8'].map(
    (to) => ['-d', to],
  ),
  // The name server that every host is given.
  ['-d', `${network}.1`, '-p', 'udp', '--dport', '53'],
  ['-d', `${network}.1`, '-p', 'tcp', '--dport', '53'],
];

/**
 * Counters of the kernel on all that a host, or a pod of it, begins to send to any other address: what answers to whoever
 * logged in or asked the API is none of its own. `space` is its network namespace.
 */
export class Traffic {
  readonly #space: string;

  constructor(space: string, network: string, hosts: readonly string[]) {
    this.#space = space;
    this.#iptables('-N', 'kha-count');
    for (const match of own(network, hosts)) this.#iptables('-A', 'kha-count', ...match, '-j', 'RETURN');
    this.#iptables('-A', 'kha-count', '-m', 'conntrack', '--ctstate', 'NEW');
    for (const chain of ['OUTPUT', 'FORWARD']) this.#iptables('-I', chain, '-j', 'kha-count');
  }

  /** Connections begun to other addresses so far, and datagrams. */
  others(): number {
    const rules = this.#iptables('-nvxL', 'kha-count').trim().split('\n');
    return Number(rules.at(-1)!.trim().split(/\s+/)[0]);
  }

  #iptables(...args: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.#space, 'iptables', '-w', ...args], { encoding: 'utf8' });
  }
}
