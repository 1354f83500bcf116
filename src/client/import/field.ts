import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';
import type { Place } from './ledger.js';

/** What values of one file share: their document, how an offset becomes a place, and what of it was translated. */
export interface Origin {
  readonly document: Document;
  readonly place: (offset: number) => Place;
  readonly taken: Set<Node>;
}

/** A key, or a piece of one, whose value is not repeated anywhere: it may be a secret. */
const secretKey = /pass|pwd|secret|token|cred|key|auth|cert/i;

/**
 * A value in another tool's YAML, with its place. It remembers which values were asked for, so that whatever nobody asked
 * for can be told.
 */
export class Field {
  readonly #origin: Origin;
  readonly #node: Node | undefined;
  readonly #offset: number;
  readonly path: readonly string[];

  constructor(origin: Origin, node: unknown, path: readonly string[] = [], offset = 0) {
    this.#origin = origin;
    const found = isAlias(node) ? node.resolve(origin.document) : (node as Node | null | undefined);
    this.#node = found ?? undefined;
    // A map or list is where its key is: the value may begin lines below.
    this.#offset = (isScalar(node) ? node.range?.[0] : undefined) ?? offset;
    this.path = path;
  }

  get name(): string {
    return this.path.at(-1) ?? '';
  }
  get place(): Place {
    return this.#origin.place(this.#offset);
  }
  /** Whether anything stands there but null. */
  get there(): boolean {
    return this.#node !== undefined && !(isScalar(this.#node) && this.#node.value === null);
  }
  /** Text that stands encrypted by ansible-vault. */
  get isVault(): boolean {
    return this.#node?.tag === '!vault' || /^\$ANSIBLE_VAULT;/.test(this.text() ?? '');
  }
  get isMap(): boolean {
    return isMap(this.#node);
  }
  get isList(): boolean {
    return isSeq(this.#node);
  }

  at(...keys: readonly string[]): Field {
    return keys.reduce<Field>((inside, key) => inside.#child(key), this);
  }

  /** A scalar as it was written, `1.30` with its zero; undefined for anything else. */
  text(): string | undefined {
    if (!isScalar(this.#node) || this.#node.value === null) return undefined;
    this.#origin.taken.add(this.#node);
    const { value, source, type } = this.#node;
    if (typeof value === 'string') return value;
    return type === 'PLAIN' && source !== undefined ? source : JSON.stringify(value);
  }

  /** A scalar that says something; undefined for an empty one. */
  words(): string | undefined {
    return this.text()?.trim() || undefined;
  }

  /** YAML 1.1's words for true and false, as the Ansible and Go programs read them. */
  flag(): boolean | undefined {
    const text = this.text()?.toLowerCase();
    if (['true', 'yes', 'on', '1'].includes(text ?? '')) return true;
    return ['false', 'no', 'off', '0'].includes(text ?? '') ? false : undefined;
  }

  whole(): number | undefined {
    const text = this.words();
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  }

  items(): Field[] {
    if (!isSeq(this.#node)) return [];
    return this.#node.items.map(
      (item, n) => new Field(this.#origin, item, [...this.path, String(n)], offsetOf(item) ?? this.#offset),
    );
  }

  /** The keys of a map, those of merged maps (`<<`) after its own. */
  entries(): [string, Field][] {
    if (!isMap(this.#node)) return [];
    const own = this.#node.items.filter(({ key }) => keyOf(key) !== '<<');
    const merged = this.#merged().flatMap((field) => field.entries());
    const names = new Set(own.map(({ key }) => keyOf(key)));
    return [
      ...own.map((pair): [string, Field] => [keyOf(pair.key), this.#value(pair)]),
      ...merged.filter(([key]) => !names.has(key)),
    ];
  }

  /** The value as plain data, without counting it as translated. */
  peek(): unknown {
    return this.#node?.toJS(this.#origin.document);
  }

  /** The value as plain data, all of it counted as translated. */
  data(): unknown {
    return this.take().peek();
  }

  /** Counts all below as translated. */
  take(): this {
    if (this.#node) this.#origin.taken.add(this.#node);
    return this;
  }

  /** What nobody asked for and says something: the smallest number of values that hold it all. */
  untaken(): Field[] {
    if (!this.#node || this.#origin.taken.has(this.#node) || !this.there) return [];
    if (isScalar(this.#node)) return this.#node.value === '' ? [] : [this];
    const inner = this.isMap ? this.entries().map(([, field]) => field) : this.items();
    if (inner.length === 0) return [];
    return this.path.length > 0 && inner.every((field) => field.#untouched())
      ? [this]
      : inner.flatMap((field) => field.untaken());
  }

  /** The value in one line for a comment, without what may be a secret; long ones cut. */
  shown(): string {
    if (this.isVault) return 'encrypted by ansible-vault';
    const { value: plain } = isScalar(this.#node) ? this.#node : { value: undefined };
    if (typeof plain !== 'boolean' && this.path.some((key) => secretKey.test(key)))
      return 'a value that is not shown, as it may be a secret';
    const hidden = (key: string, inner: unknown): unknown =>
      secretKey.test(key) || (typeof inner === 'string' && /PRIVATE KEY|:\/\/[^/]*@/.test(inner)) ? '…' : inner;
    const value: unknown = this.#node?.toJS(this.#origin.document);
    const text = (typeof value === 'string' ? hidden('', value) : JSON.stringify(value, hidden)) as string;
    const line = text.replaceAll(/\s+/g, ' ');
    return line.length > 100 ? `${line.slice(0, 99)}…` : line;
  }

  #untouched(): boolean {
    if (!this.#node) return true;
    if (this.#origin.taken.has(this.#node)) return false;
    return (this.isMap ? this.entries().map(([, field]) => field) : this.items()).every((field) => field.#untouched());
  }

  #child(key: string): Field {
    const pair = isMap(this.#node) ? this.#node.items.find((one) => keyOf(one.key) === key) : undefined;
    if (pair) return this.#value(pair);
    const merged = isMap(this.#node)
      ? this.#merged()
          .map((field) => field.#child(key))
          .find(({ there }) => there)
      : undefined;
    return merged ?? new Field(this.#origin, undefined, [...this.path, key], this.#offset);
  }

  #value({ key, value }: Pair): Field {
    return new Field(this.#origin, value, [...this.path, keyOf(key)], (key as Node).range?.[0] ?? this.#offset);
  }

  #merged(): Field[] {
    if (!isMap(this.#node)) return [];
    const values = this.#node.items.filter(({ key }) => keyOf(key) === '<<').map(({ value }) => value);
    return values.flatMap((value) =>
      (isSeq(value) ? value.items : [value]).map((item) => new Field(this.#origin, item, this.path, this.#offset)),
    );
  }
}

const offsetOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0];
const keyOf = (key: unknown): string => String(isScalar(key) ? (key.source ?? key.value) : key);
