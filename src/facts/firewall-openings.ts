import type { Fact } from './fact.js';
import { sh } from './sh.js';

/** What firewalld filters by now, and what of it only its memory has. */
export interface FirewalldState {
  /** Rules, ports and members by the policy or set that they are in, as firewalld writes them: `rule family="ipv4" …`. */
  readonly loaded: ReadonlyMap<string, ReadonlySet<string>>;
  /** Settings of zones that the next reload forgets: `public: ports: 8080/tcp`. */
  readonly unsaved: readonly string[];
}

/**
 * Some policies and sets of firewalld, and all of its zones. firewall-cmd(1) exits with the same number for more than one
 * reason, so only its own word for a policy or set that is not there counts; one that is silent is no answer.
 */
export const firewalldState = (policies: readonly string[], sets: readonly string[]): Fact<FirewalldState> => ({
  command:
    'export LC_ALL=C; told() { said=$(firewall-cmd "--info-$1=$2" 2>&1) || { case $said in *INVALID_POLICY*|*INVALID_IPSET*) return 0;; *) echo "$said" >&2; exit 69;; esac; }; ' +
    `printf '%s\\n' "$said" | sed "s/^/$2 /"; }; ` +
    sh`for name in ${policies}; do told policy "$name"; done; for name in ${sets}; do told ipset "$name"; done; ` +
    'now=$(firewall-cmd --list-all-zones) || exit; kept=$(firewall-cmd --permanent --list-all-zones) || exit; ' +
    `printf '%s\\n' "$now" | sed 's/^/=now /'; printf '%s\\n' "$kept" | sed 's/^/=kept /'`,
  parse({ stdout }) {
    const said = stdout.split('\n');
    const loaded = new Map<string, Set<string>>();
    for (const line of said) {
      const [, name, content] = /^([^=\s]\S*) (.*)$/.exec(line) ?? [];
      if (name === undefined || content === undefined) continue;
      const known = loaded.get(name) ?? new Set();
      loaded.set(name, known);
      const [, list] = /^ {2}(?:ports|entries): (.*)$/.exec(content) ?? [];
      for (const one of list?.split(' ').filter(Boolean) ?? []) known.add(one);
      if (/^\s+rule /.test(content)) known.add(content.trim());
    }
    const zones = (kind: string): string[] =>
      settings(said.filter((line) => line.startsWith(kind)).map((line) => line.slice(kind.length)));
    const kept = zones('=kept ');
    if (kept.length === 0) throw new Error('firewalld names no zone');
    return { loaded, unsaved: zones('=now ').filter((setting) => !kept.includes(setting)) };
  },
});

/** `ZONE: SETTING`, a line each. Interfaces are put into zones by whoever makes them, and again after a reload. */
function settings(lines: readonly string[]): string[] {
  let zone = '';
  return lines.flatMap((line) => {
    if (/^\S/.test(line)) zone = line.replace(/ \(.*/, '');
    return /^\s+\S/.test(line) && !/^ {2}interfaces:/.test(line) ? [`${zone}: ${line.trim()}`] : [];
  });
}

/** ufw’s own rules, as the commands that added them, without comments: `ufw allow 8443/tcp`. */
export const ufwRules: Fact<string[]> = {
  command: 'LC_ALL=C ufw show added',
  parse({ stdout }) {
    if (!stdout.startsWith('Added user rules')) throw new Error('ufw does not list its rules');
    return [...stdout.matchAll(/^(ufw .*?)( comment '.*)?$/gm)].map(([, rule = '']) => rule);
  },
};
