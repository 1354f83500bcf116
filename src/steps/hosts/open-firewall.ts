import type { Cluster, Machine } from '../../cluster/cluster.js';
import { allHosts } from '../../cluster/roles.js';
import { firewalldState, ufwRules, type FirewalldState } from '../../facts/firewall-openings.js';
import { firewalls } from '../../facts/firewalls.js';
import { sh } from '../../facts/sh.js';
import type { Asked, Host } from '../host.js';
import { Refusal } from '../refusal.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles } from '../wanted-file.js';
import { firewalldParts, ufwCommands } from './firewall-rules.js';

/** A firewall that nobody manages is left to people, as preflight has told; and where the spec does not say `open`, every one. */
export const openFirewall: Step = {
  name: 'openFirewall',
  does: 'Open the ports that the cluster needs in firewalld or ufw, now and after a restart',
  on: (cluster) => (cluster.firewall === 'open' ? allHosts(cluster) : []),
  pace: 'all at once',
  retry: 'edit',
  async check({ cluster, host, warn }) {
    const found = await host.read(firewalls);
    const missing: string[] = [];
    if (found.includes('firewalld')) {
      const state = await host.read(stateOf(cluster, host.machine));
      missing.push(...(await lackingFirewalld(cluster, host, state)));
      if (missing.length > 0 && state.unsaved.length > 0)
        warn(`firewalld must be reloaded, and has settings that a reload forgets: ${state.unsaved.join('; ')}`);
    }
    if (found.includes('ufw'))
      missing.push(...(await lackingUfw(cluster, host)).map((rule) => `ufw has no rule: ${rule.slice('ufw '.length)}`));
    return missing;
  },
  async apply({ cluster, host }) {
    const found = await host.read(firewalls);
    if (found.includes('firewalld')) {
      const state = await host.read(stateOf(cluster, host.machine));
      if ((await lackingFirewalld(cluster, host, state)).length > 0) await load(cluster, host, state);
    }
    if (found.includes('ufw')) {
      const rules = await lackingUfw(cluster, host);
      // ufw passes over a rule that is there already. A unit, as it takes a moment for each of the cluster's hosts.
      if (rules.length > 0)
        await host.runUnit(rules.map((rule) => rule + sh` comment ${`kha: cluster ${cluster.name}`}`).join(' && '));
    }
  },
};

/** Connections that stand live through a reload; what somebody set until then only does not. */
async function load(cluster: Cluster, host: Host, { unsaved }: FirewalldState): Promise<void> {
  if (unsaved.length > 0)
    throw new Refusal(
      `firewalld has settings that a reload forgets: ${unsaved.join('; ')}`,
      'keep them with firewall-cmd --runtime-to-permanent, or drop them with firewall-cmd --reload, then answer retry',
    );
  await writeFiles(
    host,
    firewalldParts(cluster, host.machine).map(({ file }) => file),
  );
  await host.run('firewall-cmd --check-config && firewall-cmd --reload');
}

const stateOf = (cluster: Cluster, machine: Machine) => {
  const of = (kind: string): string[] =>
    firewalldParts(cluster, machine).flatMap((part) => (part.kind === kind ? [part.name] : []));
  return firewalldState(of('policy'), of('ipset'));
};

/** What firewalld’s files lack, and what it has not loaded from them. */
async function lackingFirewalld(cluster: Cluster, host: Asked, { loaded }: FirewalldState): Promise<string[]> {
  const parts = firewalldParts(cluster, host.machine);
  const missing = await missingFiles(
    host,
    parts.map(({ file }) => file),
  );
  const loading = parts.flatMap(({ name, told }) => {
    const there = loaded.get(name) ?? new Set();
    return [
      ...told.filter((one) => !there.has(one)).map((one) => `${name} of firewalld lacks: ${one}`),
      ...[...there].filter((one) => !told.includes(one)).map((one) => `${name} of firewalld still has: ${one}`),
    ];
  });
  return [...missing, ...loading];
}

async function lackingUfw(cluster: Cluster, host: Asked): Promise<string[]> {
  const there = await host.read(ufwRules);
  return ufwCommands(cluster, host.machine).filter((rule) => !there.includes(rule));
}
