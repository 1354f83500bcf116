import type { Field } from '../field.js';
import type { Place } from '../ledger.js';

/** Variables by name, each with the place that it was set at. */
export type Variables = Map<string, Field>;

export interface Group {
  readonly name: string;
  readonly place: Place;
  /** Names of its hosts and of the groups in it, and where they stand. */
  readonly hosts: Map<string, Place>;
  readonly children: Map<string, Place>;
  readonly variables: Variables;
}

export interface InventoryHost {
  readonly place: Place;
  readonly variables: Variables;
}

/** An Ansible inventory as it was written: groups in the order of the file, `all` among them. */
export class Inventory {
  readonly groups = new Map<string, Group>();
  readonly hosts = new Map<string, InventoryHost>();

  group(name: string, place: Place): Group {
    const group = this.groups.get(name) ?? { name, place, hosts: new Map(), children: new Map(), variables: new Map() };
    this.groups.set(name, group);
    return group;
  }

  host(name: string, place: Place): InventoryHost {
    const host = this.hosts.get(name) ?? { place, variables: new Map() };
    this.hosts.set(name, host);
    return host;
  }

  /** Gives a group another name, wherever it is named. */
  rename(old: string, name: string): void {
    const group = this.groups.get(old);
    if (!group) return;
    const renamed = new Map(
      [...this.groups].map(([key, one]) => (key === old ? [name, { ...one, name }] : [key, one])),
    );
    this.groups.clear();
    for (const [key, one] of renamed) this.groups.set(key, one);
    for (const { children } of this.groups.values()) {
      const place = children.get(old);
      if (place && children.delete(old)) children.set(name, place);
    }
  }

  /** Hosts of a group and of the groups in it, in the order of the file. */
  hostsOf(name: string, above: readonly string[] = []): Map<string, Place> {
    const group = this.groups.get(name);
    if (!group || above.includes(name)) return new Map();
    const inner = [...group.children.keys()].flatMap((child) => [...this.hostsOf(child, [...above, name])]);
    return new Map([...inner, ...group.hosts]);
  }

  /** Groups that hold a host, the widest first, as their variables give way to each other (`all`, parents, children). */
  groupsOf(host: string): Group[] {
    const holding = [...this.groups.values()].filter(({ name }) => name === 'all' || this.hostsOf(name).has(host));
    return holding.sort((a, b) => this.#depth(a.name) - this.#depth(b.name));
  }

  #depth(name: string, above: readonly string[] = []): number {
    if (name === 'all') return -1;
    const parents = [...this.groups.values()].filter(
      (group) => group.children.has(name) && group.name !== 'all' && !above.includes(group.name),
    );
    return Math.max(0, ...parents.map((parent) => 1 + this.#depth(parent.name, [...above, name])));
  }
}

/** `node[01:12]`, `db-[a:c]`, `n[1:9:2]`: the names of a range, or the one name (Ansible, "Adding ranges of hosts"). */
export function expandRange(pattern: string): string[] | undefined {
  const found = /^(.*?)\[([^\]]*)\](.*)$/.exec(pattern);
  if (!found) return /[[\]]/.test(pattern) ? undefined : [pattern];
  const [, before = '', range = '', after = ''] = found;
  const [, from = '', to = '', step = '1'] = /^(\d+|[a-z]):(\d+|[a-z])(?::([1-9]\d*))?$/i.exec(range) ?? [];
  const letters = /^[a-z]$/i.test(from);
  if (from === '' || letters !== /^[a-z]$/i.test(to)) return undefined;
  const [first, last] = letters ? [from.charCodeAt(0), to.charCodeAt(0)] : [Number(from), Number(to)];
  if (last < first || last - first > 5_000) return undefined;
  const rest = expandRange(after);
  const names: string[] = [];
  for (let n = first; n <= last; n += Number(step)) {
    const text = letters ? String.fromCharCode(n) : String(n).padStart(from.startsWith('0') ? from.length : 1, '0');
    names.push(...(rest ?? []).map((tail) => `${before}${text}${tail}`));
  }
  return rest && names;
}
