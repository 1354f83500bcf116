import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer } from '../../src/facts/fact.js';
import { firewalls } from '../../src/facts/firewalls.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kha-firewalls-'));
  for (const name of ['awk', 'grep', 'sed'])
    symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Asks a shell that finds just these programs. */
function found(programs: Readonly<Record<string, string>>): string[] {
  for (const [name, script] of Object.entries({ systemctl: 'exit 3', ...programs })) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const options = { encoding: 'utf8', env: { PATH: folder } } as const;
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', firewalls.command], options);
  return answer(firewalls, { code: status ?? -1, stdout, stderr });
}

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
  it('is iptables by its own rules where there is no nft', () => {
    expect(found({ 'iptables-nft': 'printf "%s\\n" "-P INPUT DROP" "-A INPUT -i lo -j ACCEPT"' })).toEqual([
      'iptables-nft',
    ]);
  });
});
