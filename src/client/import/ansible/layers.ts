import type { Field } from '../field.js';
import type { Ledger, Place } from '../ledger.js';
import type { Variables } from './inventory.js';

const reference = /^\{\{\s*(\w+)\s*\}\}$/;

/** Variables that lie over each other, the last winning, as Ansible lays them; only what needs no evaluation is read. */
export class Layers {
  readonly #layers: readonly Variables[];
  readonly #ledger: Ledger;

  constructor(layers: readonly Variables[], ledger: Ledger) {
    this.#layers = layers;
    this.#ledger = ledger;
  }

  /** The field that wins; all that it wins over count as translated too. */
  field(name: string): Field | undefined {
    const found = this.#layers.flatMap((variables) => variables.get(name)?.take() ?? []);
    return found.at(-1);
  }

  /**
   * A variable's text. One that only Ansible could tell (Jinja, a vault) is noted as to be filled in at `section`, and
   * undefined; `{{ name }}` of another variable is followed.
   */
  text(name: string, section: string): string | undefined {
    return this.plain(this.field(name), name, section);
  }

  plain(field: Field | undefined, name: string, section: string): string | undefined {
    const resolved = this.#resolved(field);
    if (!resolved) return undefined;
    const unread = unreadable(resolved);
    if (unread) this.#ledger.fill(section, `${name} is ${unread}`, resolved.place);
    return unread ? undefined : resolved.words();
  }

  flag(name: string): boolean | undefined {
    return this.#resolved(this.field(name))?.flag();
  }

  /** The items of a list; none where it is another thing, which is noted as to be filled in at `section`. */
  list(name: string, section: string): Field[] {
    return this.#inner(name, section, 'no list')?.items() ?? [];
  }

  /** The same of a map’s entries. */
  map(name: string, section: string): [string, Field][] {
    return this.#inner(name, section, 'no map')?.entries() ?? [];
  }

  #inner(name: string, section: string, other: string): Field | undefined {
    const found = this.#resolved(this.field(name));
    if (!found?.there || (other === 'no list' ? found.isList : found.isMap)) return found;
    this.#ledger.fill(section, `${name} is ${unreadable(found) ?? `${other}: ${found.shown()}`}`, found.place);
    return undefined;
  }

  place(name: string): Place | undefined {
    return this.#layers.map((variables) => variables.get(name)).findLast(Boolean)?.place;
  }

  #resolved(field: Field | undefined, tries = 5): Field | undefined {
    const [, name] = reference.exec(field?.text() ?? '') ?? [];
    const next = name && tries > 0 ? this.field(name) : undefined;
    return next ? this.#resolved(next, tries - 1) : field;
  }
}

/** Why a value cannot be read here, in words. */
export function unreadable(field: Field): string | undefined {
  if (field.isVault) return 'encrypted by ansible-vault, and not read';
  return /\{[{%]/.test(field.text() ?? '')
    ? `a Jinja expression, which only Ansible can evaluate: ${field.shown()}`
    : undefined;
}
