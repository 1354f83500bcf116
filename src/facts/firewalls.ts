import type { Fact } from './fact.js';

/**
 * nft's header of a base chain, as one line `FAMILY TABLE CHAIN`. Not kube-proxy's own, whose image has an nft newer than the
 * host's: Debian 12's (1.0.6) crashes where it lists the sets that nft 1.1.3 made.
 */
const inputChains =
  'awk \'$1 == "table" { family = $2; table = $3 } $1 == "chain" { chain = $2 } ' +
  '/ hook input / && table != "kube-proxy" { print family, table, chain }\'';

/**
 * What keeps packets away from the host, in words: a firewall's manager by its name, else the chains of nftables and
 * iptables that drop what they do not know. Tables of kube-proxy, Calico and the like refuse single connections only, and
 * are none. Old iptables are asked only where the kernel has their table already: asking would load it.
 */
export const firewalls: Fact<string[]> = {
  command: [
    // systemctl(1): 3 and 4 are a unit that does not run or is not there; anything else is systemd that does not answer.
    'systemctl is-active -q firewalld.service; case $? in 0) echo "manager firewalld";; 3 | 4) ;; *) exit 69;; esac',
    // Its unit is active even where it is switched off.
    'if command -v ufw >/dev/null && LC_ALL=C ufw status | grep -q "^Status: active"; then echo "manager ufw"; fi',
    'old() { if grep -qsx filter /proc/net/ip_tables_names; then echo "rules iptables"; "$1" -S INPUT; fi; }',
    'if command -v iptables-legacy >/dev/null; then old iptables-legacy; elif command -v iptables >/dev/null; then old iptables; fi',
    `if command -v nft >/dev/null; then chains=$(nft list chains) || exit; printf "%s\\n" "$chains" | ${inputChains} | while read -r family table chain; do echo "rules nftables $family $table $chain"; nft list chain "$family" "$table" "$chain" || exit; done`,
    'elif command -v iptables-nft >/dev/null; then echo "rules iptables-nft"; iptables-nft -S INPUT; fi',
  ].join('\n'),
  parse({ stdout }) {
    const managers = [...stdout.matchAll(/^manager (\S+)$/gm)].map(([, name = '']) => name);
    if (managers.length > 0) return managers;
    return stdout
      .split(/^rules /m)
      .slice(1)
      .flatMap((part) => {
        const [title = '', ...rules] = part.split('\n');
        return rules.some((rule) => refusesAll(rule)) ? [title] : [];
      });
  },
};

/** A policy, or a rule without any condition, that lets nothing more in. */
const refusesAll = (rule: string): boolean =>
  /\bpolicy drop\b/.test(rule) ||
  /^\s*(counter( packets \d+ bytes \d+)?\s+)?(drop|reject)\b/.test(rule) ||
  /^-P INPUT DROP\b/.test(rule) ||
  /^-A INPUT -j (DROP|REJECT)\b/.test(rule);
