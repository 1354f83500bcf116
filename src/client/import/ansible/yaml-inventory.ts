import type { Field } from '../field.js';
import type { Ledger } from '../ledger.js';
import { yamlDocuments } from '../yaml-file.js';
import { expandRange, Inventory } from './inventory.js';

/** Reads an inventory in YAML form: groups with `hosts`, `vars` and `children`. */
export function readYamlInventory(file: string, text: string, ledger: Ledger): Inventory {
  const inventory = new Inventory();
  const [root] = yamlDocuments(file, text, ledger);
  if (!root) return inventory;
  if (!root.isMap) ledger.refuse(root.place, 'this is no inventory', root.shown(), 'a map of groups, such as all:');
  for (const [name, group] of root.entries()) read(name, group);
  return inventory;

  function read(name: string, field: Field): void {
    const group = inventory.group(name, field.place);
    if (field.there && !field.isMap)
      ledger.refuse(field.place, `group ${name} is no map`, field.shown(), 'hosts, vars or children');
    for (const [key, part] of field.entries()) {
      if (key === 'vars') for (const [variable, value] of part.entries()) group.variables.set(variable, value);
      else if (key === 'children')
        for (const [child, value] of part.entries()) {
          group.children.set(child, value.place);
          read(child, value);
        }
      else if (key === 'hosts') hosts(name, part);
      else ledger.refuse(part.place, `unknown key ${key} in group ${name}`, key, 'hosts, vars or children');
    }
  }

  function hosts(group: string, field: Field): void {
    if (field.there && !field.isMap)
      ledger.refuse(
        field.place,
        `the hosts of ${group} are no map`,
        field.shown(),
        'a map: each host’s name, a colon, and its variables',
      );
    for (const [pattern, value] of field.entries()) {
      const names = /\{[{%]/.test(pattern) ? undefined : expandRange(pattern);
      if (!names)
        ledger.refuse(value.place, 'this is no name of a host', pattern, 'a name, or a range such as node[1:3]');
      for (const name of names ?? []) {
        const known = inventory.host(name, value.place);
        const members = inventory.group(group, value.place).hosts;
        const first = members.get(name);
        if (first)
          ledger.refuse(
            value.place,
            `${name} stands in ${group} twice (first in line ${first.line})`,
            name,
            'every member of a group once',
          );
        members.set(name, value.place);
        for (const [variable, content] of value.entries()) known.variables.set(variable, content);
      }
    }
  }
}
