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

  /** The words of the next line, quotes taken away; undefined as long as it has not come whole. */
  #line(): string[] | undefined {
    const words: string[] = [];
    const pattern = /((?:[^\s'"\\]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*")+)|([ \t]+)|(\n)/y;
    for (let found = pattern.exec(this.#text); found; found = pattern.exec(this.#text)) {
      const [, word, , end] = found;
      if (end !== undefined) {
        this.#text = this.#text.slice(pattern.lastIndex);
        return words;
      }
      if (word !== undefined)
        words.push(word.replace(/'([^']*)'|\\([^])/g, (_, quoted?: string, one?: string) => quoted ?? one ?? ''));
    }
    return undefined;
  }
}

/** Both streams as the root shell sends them. */
export const answered = (mark: string, { stdout, stderr, code }: Output): { stdout: string; stderr: string } => ({
  stdout: `<${mark}>${stdout}</${mark} ${code}><${mark}. 0>`,
  stderr: `<${mark}>${stderr}<${mark}. 0>`,
});
