import { together } from '../../src/facts/together.js';
import type { Fact, Output } from '../../src/facts/fact.js';
import { words } from './orders.js';

/** Questions that were put into one command. */
export interface Asked {
  readonly questions: readonly { readonly command: string; readonly stdin: string }[];
  /** What the host says to all of them. */
  answer(outputs: readonly Output[]): Output;
  /** What it said to each. */
  outputs(answer: Output): readonly Output[];
}

const head = /^mark=([0-9a-f]{24}); ask\(\) \{ [^\n]*? >&2; \}/;

/** Undefined of any other command. */
export function askedTogether(command: string, stdin: string): Asked | undefined {
  const [begin, mark] = head.exec(command) ?? [];
  if (begin === undefined || mark === undefined) return undefined;
  const questions: Asked['questions'][number][] = [];
  let input = Buffer.from(stdin);
  for (let rest = command.slice(begin.length); rest !== '';) {
    const found = words(rest.slice('; '.length), 3);
    if (!rest.startsWith('; ask ') || !found) throw new Error(`not a question of kha’s: ${rest.slice(0, 200)}`);
    const [, one = '', length] = found.words;
    questions.push({ command: one, stdin: input.subarray(0, Number(length)).toString() });
    input = input.subarray(Number(length));
    rest = found.rest;
  }
  return {
    questions,
    answer: (outputs) => ({
      code: 0,
      stdout: outputs.map(({ stdout, code }) => `${stdout}<${mark} ${code}>`).join(''),
      stderr: outputs.map(({ stderr, code }) => `${stderr}<${mark} ${code}>`).join(''),
    }),
    outputs: (answer) => together(questions.map(plain), mark).parse(answer),
  };
}

const plain = ({ command }: { readonly command: string }): Fact<Output> => ({ command, parse: (output) => output });
