import type { Machine } from '../../../src/cluster/cluster.js';

interface List {
  readonly items: readonly unknown[];
}

/** Many workers in the place of the one that was recorded: words about any of them are words about it, and the other way. */
export class Crowd {
  readonly machines: readonly Machine[];
  readonly #named: ReadonlyMap<string, Machine>;
  readonly #one: Machine;
  readonly #ofOne: { readonly name: RegExp; readonly address: RegExp };
  /** What lists were made of what was recorded. */
  readonly #lists = new Map<string, string>();

  constructor(one: Machine, size: number) {
    this.#one = one;
    this.machines = Array.from({ length: size }, (_, index) => ({
      name: `node-${index + 1}`,
      address: `10.201.${Math.floor(index / 250)}.${(index % 250) + 1}`,
      roles: ['worker'],
    }));
    this.#named = new Map(this.machines.map((machine) => [machine.name, machine]));
    this.#ofOne = {
      name: new RegExp(`(?<![\\w.-])${one.name}(?![\\w.-])`, 'g'),
      address: new RegExp(`(?<![\\w.])${one.address.replaceAll('.', '\\.')}(?![\\w.])`, 'g'),
    };
  }

  /** A text as it was recorded: a list of several workers' names is the name of the one. */
  recorded(text: string): string {
    const { name, address } = this.#one;
    return text.replace(/node-\d+(?: node-\d+)*/g, name).replace(/10\.201\.\d+\.\d+/g, address);
  }

  /** The recorded answer to a command as the host gives it, where so many of them are members of the cluster. */
  told(host: string, command: string, stdout: string, members: number): string {
    const own = this.#named.get(host);
    if (command.startsWith('from=; for name in ')) return this.#lines(command, stdout);
    if (own) return this.#as(own, stdout);
    const listed = command.includes('{range .items');
    if (!listed && !stdout.startsWith('{')) return stdout;
    // What waits for a network is no pod of every node: the applications have as many as in the lab.
    const alike = command.includes('status.phase=Pending') ? 1 : members;
    const key = `${alike} ${stdout}`;
    const many = this.machines.slice(0, alike);
    const known = this.#lists.get(key) ?? (listed ? this.#each(stdout, many) : this.#many(stdout, many));
    this.#lists.set(key, known);
    return known;
  }

  /** What tells machines apart besides: no two may have the same. */
  #as({ name, address }: Machine, text: string): string {
    const number = Number(name.slice('node-'.length)).toString(16);
    const mac = number.padStart(6, '0').replace(/..(?=.)/g, '$&:');
    return text
      .replace(this.#ofOne.name, name)
      .replace(this.#ofOne.address, address)
      .replace(/^machine=[0-9a-f]{32}$/m, `machine=${number.padStart(32, '0')}`)
      .replace(/^mac=.*$/m, `mac=02:00:00:${mac}`);
  }

  #about = (text: string): boolean => text.search(this.#ofOne.name) >= 0;

  /** Names that were looked up, a line for each address. */
  #lines(command: string, stdout: string): string {
    const asked = new Set(/^from=; for name in ([^;]*);/.exec(command)![1]!.split(' '));
    return this.#each(
      stdout,
      this.machines.filter(({ name }) => asked.has(name)),
    );
  }

  /** Lines, of which those about the one are there for each of these. */
  #each = (stdout: string, meant: readonly Machine[]): string =>
    stdout.replace(/[^\n]*\n/g, (line) =>
      this.#about(line) ? meant.map((machine) => this.#as(machine, line)).join('') : line,
    );

  /** An object or a list of the API. */
  #many(stdout: string, members: readonly Machine[]): string {
    const found = JSON.parse(stdout) as Partial<List>;
    // Names in a row are all of the cluster's.
    const all = members.map(({ name }) => name).sort();
    if (!found.items) return stdout.replaceAll(`m3 ${this.#one.name}`, `m3 ${all.join(' ')}`);
    const items = found.items.flatMap((item) => {
      const text = JSON.stringify(item);
      return this.#about(text) ? members.map((machine) => JSON.parse(this.#as(machine, text)) as unknown) : [item];
    });
    return JSON.stringify({ ...found, items }, undefined, 4);
  }
}
