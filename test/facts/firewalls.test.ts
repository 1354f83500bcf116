import { describe, expect, it } from 'vitest';
import { answer } from '../../src/facts/fact.js';
import { firewalls } from '../../src/facts/firewalls.js';
import { shellWith } from '../shell.js';

/** Asks a shell that finds just these programs. */
const found = (programs: Readonly<Record<string, string>>): string[] =>
  answer(firewalls, shellWith({ systemctl: 'exit 3', ...programs }, ['awk', 'grep', 'sed'], firewalls.command));

/** As nft lists them: the chains' heads, and one chain whole. */
const nft = (policy: string): string => `
case "$2" in
  chains) printf 'table inet filter {\\n\\tchain input {\\n\\t\\ttype filter hook input priority filter; policy ${policy};\\n\\t}\\n\\tchain own {\\n\\t}\\n}\\n';;
  chain) [ "$3 $4 $5" = 'inet filter input' ] || exit 1; printf 'table inet filter {\\n\\tchain input {\\n\\t\\ttype filter hook input priority filter; policy ${policy};\\n\\t\\ttcp dport 22 accept\\n\\t}\\n}\\n';;
esac`;

describe('a firewall', () => {
  it('is none where none is installed', () => expect(found({})).toEqual([]));
  it('is firewalld where its unit is active', () => {
    expect(found({ systemctl: '[ "$*" = "is-active -q firewalld.service" ]' })).toEqual(['firewalld']);
  });
  it('is ufw where it is switched on', () => {
    expect(found({ ufw: 'echo "Status: active"; echo "To  Action  From"' })).toEqual(['ufw']);
    expect(found({ ufw: 'echo "Status: inactive"' })).toEqual([]);
  });
  it('is nftables where a chain of what comes in drops what it does not know', () => {
    expect(found({ nft: nft('drop') })).toEqual(['nftables inet filter input']);
    expect(found({ nft: nft('accept') })).toEqual([]);
  });
  it('is not asked of kube-proxy’s own table, which an older nft cannot list', () => {
    const list = (table: string): string =>
      `table ip ${table} {\\n\\tchain filter-input {\\n\\t\\ttype filter hook input priority filter; policy accept;\\n\\t}\\n}\\n`;
    const crashes = `case "$2 $4" in chains*) printf '${list('kube-proxy')}${list('filter')}';; *filter) ;; *) kill -SEGV $$;; esac`;
    expect(found({ nft: crashes })).toEqual([]);
    expect(() => found({ nft: crashes.replaceAll('kube-proxy', 'other') })).toThrow(/exit code 139/);
  });
  it('is iptables by its own rules where there is no nft', () => {
    expect(found({ 'iptables-nft': 'printf "%s\\n" "-P INPUT DROP" "-A INPUT -i lo -j ACCEPT"' })).toEqual([
      'iptables-nft',
    ]);
  });
});
