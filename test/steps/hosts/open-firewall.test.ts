import { describe, expect, it } from 'vitest';
import { file } from '../../../src/facts/files.js';
import { firewalldState, ufwRules, type FirewalldState } from '../../../src/facts/firewall-openings.js';
import { firewalls } from '../../../src/facts/firewalls.js';
import { firewalldParts, ufwCommands } from '../../../src/steps/hosts/firewall-rules.js';
import { openFirewall } from '../../../src/steps/hosts/open-firewall.js';
import { Refusal } from '../../../src/steps/refusal.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const wanted = cluster({ firewall: 'open' });
const parts = firewalldParts(wanted, wanted.hosts[0]!);
const state = firewalldState(['kha-hosts', 'kha-pods'], ['kha-members']);
const loaded: FirewalldState = {
  loaded: new Map(parts.map(({ name, told }) => [name, new Set(told)])),
  unsaved: [],
};
const bare: FirewalldState = { loaded: new Map(), unsaved: [] };

function withFirewalld(told: FirewalldState, files = true, managers = ['firewalld']): FakeHost {
  const host = new FakeHost(wanted, 'm1')
    .tells(firewalls, managers)
    .tells(state, told)
    .obeys(/^firewall-cmd --check-config && firewall-cmd --reload$/);
  for (const { file: one } of parts)
    host.tells(file(one.path, { secret: false }), files ? { mode: '644', content: one.content } : undefined);
  return host;
}
const withUfw = (rules: string[]): FakeHost =>
  new FakeHost(wanted, 'm1')
    .tells(firewalls, ['ufw'])
    .tells(ufwRules, rules)
    .obeys(/^ufw allow/);

describe('openFirewall', () => {
  it('is for nobody where the spec leaves firewalls alone', () => expect(openFirewall.on(cluster())).toEqual([]));

  it('has nothing to do without a firewall, and leaves one that nobody manages alone', async () => {
    for (const found of [[], ['nftables inet filter input']]) {
      const context = contextOf(wanted, new FakeHost(wanted, 'm1').tells(firewalls, found));
      expect(await openFirewall.check(context)).toEqual([]);
      await openFirewall.apply!(context);
    }
  });

  it('writes policies of its own for firewalld, and loads them', async () => {
    const host = withFirewalld(bare, false);
    const missing = await openFirewall.check(contextOf(wanted, host));
    expect(missing).toContain('/etc/firewalld/policies/kha-hosts.xml is not there');
    await openFirewall.apply!(contextOf(wanted, host));
    expect(host.done.at(-1)).toMatch(/--reload$/);
    expect(host.written.get('/etc/firewalld/ipsets/kha-members.xml')?.content).toMatch(/<entry>10\.0\.0\.21<\/entry>/);
    expect(host.written.get('/etc/firewalld/policies/kha-hosts.xml')?.content)
      .toBe(`<?xml version="1.0" encoding="utf-8"?>
<!-- written by kha, which puts back what is changed here -->
<policy target="CONTINUE">
  <ingress-zone name="ANY"/>
  <egress-zone name="HOST"/>
  <port port="8443" protocol="tcp"/>
  <rule family="ipv4"><source ipset="kha-members"/><port port="6443" protocol="tcp"/><accept/></rule>
  <rule family="ipv4"><source ipset="kha-members"/><port port="2379" protocol="tcp"/><accept/></rule>
  <rule family="ipv4"><source ipset="kha-members"/><port port="2380" protocol="tcp"/><accept/></rule>
  <rule family="ipv4"><source ipset="kha-members"/><port port="10250" protocol="tcp"/><accept/></rule>
  <rule family="ipv4"><source ipset="kha-members"/><port port="4789" protocol="udp"/><accept/></rule>
  <rule family="ipv4"><source ipset="kha-members"/><protocol value="vrrp"/><accept/></rule>
  <rule family="ipv4"><source address="192.168.0.0/16"/><accept/></rule>
</policy>
`);
  });

  it('lets both families in, and VRRP by IPv4 alone', () => {
    const both = cluster({
      networking: { podSubnet: '192.168.0.0/16,fd00:192:168::/48', serviceSubnet: '10.96.0.0/12,fd00:10:96::/112' },
      hosts: wanted.hosts.map((one, index) => ({ ...one, secondaryAddress: `fd00:10::${index + 1}` })),
    });
    const files = new Map(firewalldParts(both, both.hosts[0]!).map(({ name, file: { content } }) => [name, content]));
    expect(files.get('kha-members')).not.toMatch(/fd00/);
    expect(files.get('kha-members-ipv6')).toMatch(
      /<option name="family" value="inet6"\/>\n {2}<entry>fd00:10::1<\/entry>(.*\n){3} {2}<entry>fd00:10::4</,
    );
    const rules = [...files.get('kha-hosts')!.matchAll(/family="ipv6">(.*)<accept/g)].map(([, rule]) => rule);
    expect(rules).toContain('<source ipset="kha-members-ipv6"/><port port="4789" protocol="udp"/>');
    expect(rules).toContain('<source address="fd00:192:168::/48"/>');
    expect(rules.join()).not.toMatch(/vrrp|192\.168/);
    expect(files.get('kha-pods')).toMatch(/family="ipv6"><destination address="fd00:192:168::\/48"\/>/);
    const commands = ufwCommands(both, both.hosts[0]!);
    expect(commands).toContain('ufw allow from fd00:10::4 to any port 4789 proto udp');
    expect(commands).toContain('ufw route allow to fd00:192:168::/48');
    expect(commands.filter((one) => one.includes('vrrp') && one.includes('fd00'))).toEqual([]);
  });

  it('has nothing more to do then', async () =>
    expect(await openFirewall.check(contextOf(wanted, withFirewalld(loaded)))).toEqual([]));

  it('loads what a worker that was killed had only written', async () => {
    const host = withFirewalld(bare);
    expect(await openFirewall.check(contextOf(wanted, host))).toContain('kha-hosts of firewalld lacks: 8443/tcp');
    await openFirewall.apply!(contextOf(wanted, host));
    expect(host.done.at(-1)).toMatch(/--reload$/);
  });

  it('shuts out again who is no host of the cluster any more', async () => {
    const members = new Set([...loaded.loaded.get('kha-members')!, '10.0.0.99']);
    const stale = new Map([...loaded.loaded, ['kha-members', members]]);
    expect(await openFirewall.check(contextOf(wanted, withFirewalld({ ...loaded, loaded: stale })))).toEqual([
      'kha-members of firewalld still has: 10.0.0.99',
    ]);
  });

  it('lets no reload forget what somebody has set', async () => {
    const host = withFirewalld({ ...bare, unsaved: ['public: ports: 8080/tcp'] }, false);
    const context = contextOf(wanted, host);
    await openFirewall.check(context);
    expect(context.warnings).toEqual([
      expect.stringMatching(/has settings that a reload forgets: public: ports: 8080\/tcp/),
    ]);
    await expect(openFirewall.apply!(context)).rejects.toThrow(Refusal);
    expect(host.done).toEqual([]);
  });

  it('adds to ufw the rules that it lacks', async () => {
    const all = ufwCommands(wanted, wanted.hosts[0]!);
    expect(all).toEqual([
      'ufw allow 8443/tcp',
      ...['10.0.0.12', '10.0.0.13', '10.0.0.21'].flatMap((address) => [
        `ufw allow from ${address} to any port 2379,2380,6443,10250 proto tcp`,
        `ufw allow from ${address} to any port 4789 proto udp`,
        `ufw allow from ${address} proto vrrp`,
      ]),
      'ufw allow from 192.168.0.0/16',
      'ufw route allow from 192.168.0.0/16',
      'ufw route allow to 192.168.0.0/16',
    ]);
    expect(await openFirewall.check(contextOf(wanted, withUfw(all)))).toEqual([]);
    const host = withUfw(all.slice(1));
    expect(await openFirewall.check(contextOf(wanted, host))).toEqual(['ufw has no rule: allow 8443/tcp']);
    await openFirewall.apply!(contextOf(wanted, host));
    expect(host.done).toEqual(["ufw allow 8443/tcp comment 'kha: cluster test'"]);
  });

  it('lets everybody in to an API server whose load balancer the spec does not know', () => {
    const external = cluster({ controlPlaneEndpoint: { type: 'external', host: 'api.example' } });
    expect(ufwCommands(external, external.hosts[0]!)).toContain('ufw allow 6443/tcp');
  });

  it('calls IP in IP by its number', () => {
    const ipip = cluster({ networking: { calico: { encapsulation: 'ipip' } } });
    const told = firewalldParts(ipip, ipip.hosts[3]!).flatMap((part) => part.told);
    expect(told).toContain('rule family="ipv4" source ipset="kha-members" protocol value="4" accept');
  });
});
