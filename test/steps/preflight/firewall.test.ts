import { describe, expect, it } from 'vitest';
import { machineNamed } from '../../../src/cluster/cluster.js';
import { firewalls } from '../../../src/facts/firewalls.js';
import { firewallProblems } from '../../../src/steps/preflight/firewall-problems.js';
import { cluster } from '../../clusters.js';

/** What nft prints of a chain, after the fact's own line about it. */
const nft = (table: string, chain: string, policy: string, ...rules: string[]): string =>
  [
    `rules nftables ${table} ${chain}`,
    `table ${table} {`,
    `\tchain ${chain} {`,
    `\t\ttype filter hook input priority filter; policy ${policy};`,
    ...rules.map((rule) => `\t\t${rule}`),
    '\t}',
    '}',
    '',
  ].join('\n');

const kubeProxy = nft(
  'ip kube-proxy',
  'filter-input',
  'accept',
  'ct state new counter packets 0 bytes 0 jump external-ips',
);
const calico = nft(
  'ip filter',
  'INPUT',
  'accept',
  'counter packets 5 bytes 300 jump cali-INPUT',
  'counter packets 1 bytes 60 jump KUBE-FIREWALL',
);
const fail2ban = nft(
  'inet f2b-table',
  'f2b-chain',
  'accept',
  'tcp dport 22 ip saddr @addr-set-sshd reject with icmp port-unreachable',
);

describe('firewalls', () => {
  it.each<[string, string, string[]]>([
    ['none', '', []],
    ['tables of kube-proxy, Calico and fail2ban', kubeProxy + calico + fail2ban, []],
    [
      'a policy',
      kubeProxy + nft('inet filter', 'input', 'drop', 'tcp dport 22 accept'),
      ['nftables inet filter input'],
    ],
    [
      'a last rule that refuses all',
      nft('ip b', 'in', 'accept', 'iifname "lo" accept', 'counter packets 0 bytes 0 reject with icmp host-prohibited'),
      ['nftables ip b in'],
    ],
    ['the policy of old iptables', 'rules iptables\n-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n', ['iptables']],
    [
      'the last rule of old iptables',
      'rules iptables\n-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n',
      ['iptables'],
    ],
    [
      'one connection refused by iptables',
      'rules iptables-nft\n-P INPUT ACCEPT\n-A INPUT -s 192.0.2.4/32 -j DROP\n',
      [],
    ],
    [
      'a manager, not the tables that it made',
      `manager firewalld\n${nft('inet filter', 'input', 'drop')}`,
      ['firewalld'],
    ],
    ['two managers', 'manager firewalld\nmanager ufw\n', ['firewalld', 'ufw']],
  ])('%s', (_, stdout, found) => expect(firewalls.parse({ code: 0, stdout, stderr: '' })).toEqual(found));
});

describe('firewallProblems', () => {
  const wanted = cluster();
  const words = (name: string, more = wanted): string =>
    firewallProblems(more, machineNamed(more, name), '', ['ufw'])[0]!.words;

  it('finds none where there is none', () => expect(firewallProblems(wanted, wanted.hosts[0]!, '', [])).toEqual([]));

  it('names what the roles of a control plane listen to, and nothing that only the host itself asks', () => {
    expect(words('m1')).toBe(
      'ufw filters what comes in; let these in from the cluster’s hosts, and waive: 6443/tcp (API server), 2379/tcp (etcd, clients), 2380/tcp (etcd, peers), 10250/tcp (kubelet), 4789/udp (pods, VXLAN), 8443/tcp (haproxy), vrrp (keepalived)',
    );
  });

  it('names less on a worker', () =>
    expect(words('w1')).toMatch(/waive: 10250\/tcp \(kubelet\), 4789\/udp \(pods, VXLAN\)$/));

  it('names BGP and IP in IP where pods are reached so', () =>
    expect(words('w1', cluster({ networking: { calico: { encapsulation: 'ipip' } } }))).toMatch(
      /179\/tcp .*ipip \(pods, IP in IP\)$/,
    ));

  it('only tells of one that kha will open, but stops at one that nobody manages', () => {
    const open = cluster({ firewall: 'open' });
    const problem = (...found: string[]) => firewallProblems(open, open.hosts[0]!, '', found)[0]!;
    expect(problem('firewalld')).toEqual({
      name: 'firewall',
      words: 'firewalld filters what comes in, and will be opened',
      warning: true,
    });
    expect(problem('nftables inet filter input').warning).toBe(false);
  });

  it('stops a new host, and only warns of one in a cluster that stands', () => {
    const problem = (claim: string) => firewallProblems(wanted, wanted.hosts[0]!, claim, ['ufw'])[0]!;
    expect(problem('')).toMatchObject({ name: 'firewall', warning: false });
    expect(problem('other').warning).toBe(false);
    expect(problem('test').warning).toBe(true);
  });
});
