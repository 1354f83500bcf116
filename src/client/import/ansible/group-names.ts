import { nearest } from '../../spec/issues.js';
import { where, type Ledger } from '../ledger.js';
import type { Inventory } from './inventory.js';

/** Kubespray's own groups (its docs/ansible/inventory.md), and the names that they had before its releases 2.16 and 2.28. */
const groups = ['kube_control_plane', 'kube_node', 'etcd', 'k8s_cluster', 'calico_rr', 'bastion'];
const formerly: Readonly<Record<string, string>> = {
  kube_master: 'kube_control_plane',
  kube_controlplane: 'kube_control_plane',
};

/** The group's name of today. */
export function currentName(name: string): string {
  const underscored = name.replaceAll('-', '_');
  const now = formerly[underscored] ?? underscored;
  return groups.includes(now) ? now : name;
}

/** Gives old groups their names of today, and says so; refuses two names for one group, and tells of near misses. */
export function renameGroups(inventory: Inventory, ledger: Ledger): void {
  for (const { name, place } of [...inventory.groups.values()]) {
    const now = currentName(name);
    if (now !== name) {
      const other = inventory.groups.get(now);
      if (other) {
        ledger.refuse(
          place,
          `${name} is the old name of ${now}, which stands in ${where(other.place)} too`,
          name,
          `one group ${now} with all of its hosts`,
        );
        continue;
      }
      ledger.told('hosts', `${name} is an old name; it was read as ${now}`, place);
      inventory.rename(name, now);
    } else if (!groups.includes(name) && !/^(all|ungrouped)$/.test(name)) {
      const near = nearest(name, groups);
      if (near && !inventory.groups.has(near))
        ledger.refuse(place, `no group of kubespray’s: did you mean ${near}?`, name, groups.join(', '));
    }
  }
}
