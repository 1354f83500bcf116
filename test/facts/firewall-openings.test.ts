import { describe, expect, it } from 'vitest';
import { answer, FactUnknown, type Fact } from '../../src/facts/fact.js';
import { firewalldState, ufwRules } from '../../src/facts/firewall-openings.js';
import { shellWith } from '../shell.js';

/** What firewalld 1.3.3 prints of a policy and a set. */
const policy = `kha-hosts (active)
  priority: -1
  target: CONTINUE
  ingress-zones: ANY
  egress-zones: HOST
  services: 
  ports: 8443/tcp
  protocols: 
  masquerade: no
  forward-ports: 
  source-ports: 
  icmp-blocks: 
  rich rules: 
	rule family="ipv4" source ipset="kha" port port="2379" protocol="tcp" accept
	rule family="ipv4" source address="192.168.0.0/16" accept`;
const set = `kha
  type: hash:net
  options: 
  entries: 10.0.0.11 10.0.0.12`;
const zones = (active: string, ports: string): string => `block
  target: %%REJECT%%
  interfaces: 
  ports: 

public${active}
  target: default
  interfaces: ${active && 'eth0'}
  services: dhcpv6-client ssh
  ports: ${ports}
  forward: yes
  rich rules: `;

/** A firewall-cmd that knows these; the number of what it does not know is that of 1.3.3. */
const firewallCmd = (ports = '', silent = ''): string => `${silent}
case "$*" in
  --info-policy=kha-hosts) cat <<'END'
${policy}
END
;;
  --info-ipset=kha) cat <<'END'
${set}
END
;;
  --info-policy=*) echo 'Error: INVALID_POLICY: kha-pods' >&2; exit 140;;
  --list-all-zones) cat <<'END'
${zones(' (default, active)', ports)}
END
;;
  '--permanent --list-all-zones') cat <<'END'
${zones('', '')}
END
;;
  *) exit 2;;
esac`;

const ask = <T>(fact: Fact<T>, programs: Readonly<Record<string, string>>): T =>
  answer(fact, shellWith({ ...programs }, ['sed', 'cat'], fact.command));

describe('firewalldState', () => {
  const fact = firewalldState(['kha-hosts', 'kha-pods'], ['kha']);

  it('tells what is loaded, and nothing of what is not there', () =>
    expect(ask(fact, { 'firewall-cmd': firewallCmd() })).toEqual({
      loaded: new Map([
        [
          'kha-hosts',
          new Set([
            '8443/tcp',
            'rule family="ipv4" source ipset="kha" port port="2379" protocol="tcp" accept',
            'rule family="ipv4" source address="192.168.0.0/16" accept',
          ]),
        ],
        ['kha', new Set(['10.0.0.11', '10.0.0.12'])],
      ]),
      unsaved: [],
    }));

  it('tells what a reload would forget, but not which interfaces are where', () =>
    expect(ask(fact, { 'firewall-cmd': firewallCmd('8080/tcp') }).unsaved).toEqual(['public: ports: 8080/tcp']));

  it.each([
    ['is not running', "echo 'FirewallD is not running'; exit 252"],
    ['is silent', 'exit 0'],
    ['does not answer on the bus', "echo 'Error: DBUS_ERROR: org.freedesktop.DBus.Error.NoReply' >&2; exit 1"],
  ])('is unknown where firewalld %s', (_, silent) =>
    expect(() => ask(fact, { 'firewall-cmd': firewallCmd('', silent) })).toThrow(FactUnknown),
  );
});

describe('ufwRules', () => {
  it.each([
    ['none', '(None)', []],
    [
      'some',
      "ufw allow from 10.0.0.12 proto vrrp comment 'kha: cluster test'\nufw allow 8443/tcp\nufw route allow to 192.168.0.0/16",
      ['ufw allow from 10.0.0.12 proto vrrp', 'ufw allow 8443/tcp', 'ufw route allow to 192.168.0.0/16'],
    ],
  ])('%s', (_, rules, found) => {
    const printed = `Added user rules (see 'ufw status' for running firewall):\n${rules}`;
    const ufw = `[ "$*" = 'show added' ] && cat <<'END'\n${printed}\nEND`;
    expect(ask(ufwRules, { ufw })).toEqual(found);
  });

  it.each([
    ['fails', 'echo "ERROR: problem running iptables" >&2; exit 1'],
    ['says nothing', 'exit 0'],
  ])('is unknown where ufw %s', (_, ufw) => expect(() => ask(ufwRules, { ufw })).toThrow(FactUnknown));
});
