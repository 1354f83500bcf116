import { together } from '../../src/facts/together.js';
import type { Fact, Output } from '../../src/facts/fact.js';
import { words } from './orders.js';

/** Questions that were put into one command; undefined of any other command. */
export interface Asked {
  readonly commands: readonly string[];
  /** What the host says to all of them. */
  answer(outputs: readonly Output[]): Output;
  /** What it said to each. */
  outputs(answer: Output): readonly Output[];
}

const head = /^mark=([0-9a-f]{24}); ask\(\) \{ [^\n]*? >&2; \}/;

export function askedTogether(command: string): Asked | undefined {
  const [begin, mark] = head.exec(command) ?? [];
  if (begin === undefined || mark === undefined) return undefined;
  const commands: string[] = [];
  for (let rest = command.slice(begin.length); rest !== '';) {
    const found = words(rest.slice('; '.length), 2);
    if (!rest.startsWith('; ask ') || !found) throw new Error(`not a question of kha’s: ${rest.slice(0, 200)}`);
    commands.push(found.words[1]!);
    rest = found.rest;
  }
  const facts = commands.map((one): Fact<Output> => ({ command: one, parse: (output) => output }));
  return {
    commands,
    answer: (outputs) => ({
      code: 0,
      stdout: outputs.map(({ stdout, code }) => `${stdout}<${mark} ${code}>`).join(''),
      stderr: outputs.map(({ stderr, code }) => `${stderr}<${mark} ${code}>`).join(''),
    }),
    outputs: (answer) => together(facts, mark).parse(answer),
  };
}
