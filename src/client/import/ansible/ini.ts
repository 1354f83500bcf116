import { LineCounter, parseDocument, type Document } from 'yaml';
import { Field } from '../field.js';
import type { Ledger, Place } from '../ledger.js';
import { expandRange, Inventory, type Variables } from './inventory.js';

/** Reads an inventory in INI form (Ansible, "Inventory basics: formats, hosts, and groups"). */
export function readIni(file: string, text: string, ledger: Ledger): Inventory {
  ledger.source(file, text);
  const inventory = new Inventory();
  const children: { readonly name: string; readonly place: Place }[] = [];
  let section: { name: string; kind: 'hosts' | 'children' | 'vars' } = { name: 'ungrouped', kind: 'hosts' };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim();
    const place = { file, line: index + 1, column: raw.length - raw.trimStart().length + 1 };
    if (content === '' || /^[#;]/.test(content)) continue;
    if (/^\{[%#{]/.test(content)) {
      ledger.refuse(
        place,
        'this is a Jinja template of an inventory',
        content.slice(0, 40),
        'the inventory that Ansible reads: fill the template in first',
      );
      continue;
    }
    if (content.startsWith('$ANSIBLE_VAULT')) {
      ledger.refuse(
        place,
        'the inventory is encrypted',
        'an ansible-vault file',
        'a readable one: ansible-vault decrypt it first',
      );
      break;
    }
    if (content.startsWith('[')) {
      const [, name, kind = 'hosts'] = /^\[([^\s:[\]]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(content) ?? [];
      if (!name || !/^(hosts|children|vars)$/.test(kind)) {
        const expected = '[group], [group:children] or [group:vars]';
        ledger.refuse(place, 'this is no heading of a group', content, expected);
        section = { name: '', kind: 'vars' };
        continue;
      }
      section = { name, kind: kind as typeof section.kind };
      inventory.group(name, place);
      continue;
    }
    if (section.name === '') continue;
    const group = inventory.group(section.name, place);
    if (section.kind === 'vars') {
      const at = raw.indexOf('=');
      if (at < 0)
        ledger.refuse(
          place,
          `a line of [${section.name}:vars] without a value`,
          content.split(/\s/)[0]!,
          'NAME = VALUE',
          { secret: true },
        );
      else set(group.variables, raw.slice(0, at).trim(), raw.slice(at + 1), { ...place, column: at + 2 });
    } else if (section.kind === 'children') {
      const name = content.split(/\s/)[0]!;
      twice(group.children.get(name), name, group.name, place, ledger);
      group.children.set(name, place);
      children.push({ name, place });
    } else hostLine(raw, place, { inventory, group: section.name, ledger });
  }
  for (const { name, place } of children)
    if (!inventory.groups.has(name))
      ledger.refuse(place, `no group ${name} is defined`, name, `one of ${[...inventory.groups.keys()].join(', ')}`);
  return inventory;
}

interface Into {
  readonly inventory: Inventory;
  readonly group: string;
  readonly ledger: Ledger;
}

/** `NAME[:PORT] KEY=VALUE …` */
function hostLine(raw: string, place: Place, { inventory, group, ledger }: Into): void {
  const words = split(raw);
  const [first, ...rest] = words ?? [];
  if (!first)
    return ledger.refuse(place, 'a quote is not closed', 'a host’s line', 'quotes in pairs', { secret: true });
  const [, pattern = first.text, port] = /^([^:[\]]+(?:\[[^\]]*\][^:[\]]*)*):(\d+)$/.exec(first.text) ?? [];
  const names = /\{[{%]/.test(pattern) ? undefined : expandRange(pattern);
  if (!names)
    return ledger.refuse(
      place,
      'this is no name of a host',
      pattern,
      /\{/.test(pattern) ? 'a plain name; Jinja is not evaluated' : 'a name, or a range such as node[1:3]',
    );
  for (const name of names) {
    const known = inventory.host(name, place);
    const members = inventory.group(group, place).hosts;
    twice(members.get(name), name, group, place, ledger);
    members.set(name, place);
    if (port) set(known.variables, 'ansible_port', port, place);
    for (const { text, column } of rest) {
      const at = text.indexOf('=');
      const here = { ...place, column };
      if (at < 1) ledger.refuse(here, 'this is no variable', text.slice(0, 40), 'NAME=VALUE', { secret: true });
      else set(known.variables, text.slice(0, at), text.slice(at + 1), { ...here, column: column + at + 1 });
    }
  }
}

function twice(first: Place | undefined, name: string, group: string, place: Place, ledger: Ledger): void {
  if (!first) return;
  ledger.refuse(
    place,
    `${name} stands in ${group} twice (first in line ${first.line})`,
    name,
    'every member of a group once',
  );
}

/** Words of a line as shlex(3) splits them, comments left out; undefined where a quote is not closed. */
function split(raw: string): { text: string; column: number }[] | undefined {
  const words: { text: string; column: number }[] = [];
  const word = /\s+|#.*$|((?:[^\s"'\\#]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|(?<=\S)#)+)|./gy;
  for (const found of raw.matchAll(word)) {
    const [whole, text] = found;
    if (text !== undefined) words.push({ text: unquoted(text), column: found.index + 1 });
    else if (!/^(\s|#)/.test(whole)) return undefined;
  }
  return words;
}

const unquoted = (text: string): string =>
  text.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, escaped?: string) =>
    double !== undefined ? double.replace(/\\(["\\])/g, '$1') : (single ?? escaped ?? ''),
  );

/** Sets a variable; lists and maps come as Python literals, which YAML reads too. */
function set(variables: Variables, name: string, written: string, place: Place): void {
  const text = written.trim();
  const literal = /^(\[.*\]|\{(?!\{).*\})$/.test(text) ? parseDocument(text, { prettyErrors: false }) : undefined;
  const document: Document =
    literal && literal.errors.length === 0 ? literal : scalar(text.replace(/^(["'])(.*)\1$/, '$2'));
  variables.set(name, new Field({ document, place: () => place, taken: new Set() }, document.contents, [name]));
}

const scalar = (text: string): Document => parseDocument(JSON.stringify(text), { lineCounter: new LineCounter() });
