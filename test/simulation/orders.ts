import type { Output } from '../../src/facts/fact.js';
import type { Order } from '../../src/activities/ssh/wire.js';

/** A host's side of the wire: takes orders out of what a root shell is sent, and answers as that shell would. */
export class Orders {
  #text = '';

  /** Gives the orders that are whole by now. Throws on one without its end. */
  take(chunk: string): Order[] {
    this.#text += chunk;
    const orders: Order[] = [];
    for (let line = this.#line(); line !== undefined; line = this.#line()) {
      const [name, mark = '', seconds, command = '', ...rest] = line;
      if (name !== 'kha' || !/^[0-9a-f]{24}$/.test(mark)) continue;
      if (rest.pop() !== mark) throw new Error(`an order without its end: ${command}`);
      orders.push({ mark, seconds: Number(seconds), command, stdin: rest[0] });
    }
    return orders;
  }

  /** The words of the next line; undefined as long as it has not come whole. */
  #line(): string[] | undefined {
    const found = words(this.#text);
    if (found === undefined || !found.rest.startsWith('\n')) return undefined;
    this.#text = found.rest.slice(1);
    return found.words;
  }
}

const word = /[ \t]*((?:[^\s;'"\\]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*"|;(?! ask ))+)/y;

/** Words of a line, quotes taken away, `most` of them at most, and what follows; undefined where one has no end. */
export function words(text: string, most = Infinity): { words: string[]; rest: string } | undefined {
  const found: string[] = [];
  let at = 0;
  for (let next = wordAt(text, at); next && found.length < most; next = wordAt(text, at)) {
    found.push(next[1]!.replace(/'([^']*)'|\\([^])/g, (_, quoted?: string, one?: string) => quoted ?? one ?? ''));
    at += next[0].length;
  }
  const rest = text.slice(at).replace(/^[ \t]+/, '');
  return /^['"\\]/.test(rest) ? undefined : { words: found, rest };
}

function wordAt(text: string, at: number): RegExpExecArray | null {
  word.lastIndex = at;
  return word.exec(text);
}

/** Both streams as the root shell sends them. */
export const answered = (mark: string, { stdout, stderr, code }: Output): { stdout: string; stderr: string } => ({
  stdout: `<${mark}>${stdout}</${mark} ${code}><${mark}. 0>`,
  stderr: `<${mark}>${stderr}<${mark}. 0>`,
});
