import { FactUnknown, type Fact, type Output } from './fact.js';
import { sh } from './sh.js';

/** Between two answers; the shell's own word, so that no question can end another's. */
const line = (mark: string): RegExp => new RegExp(`<${mark} (\\d+)>`);

/** No command may be longer than an argument (execve(2), MAX_ARG_STRLEN); this leaves room for quotes. */
const longest = 60_000;

/** Whether a command can hold a question beside others, and they need not wait for it. */
export const canBeTogether = ({ command, waits }: Fact<unknown>): boolean => !waits && command.length < longest;

/** Questions in their order, as many in one as a command can hold. */
export function packs<T extends { readonly fact: Fact<unknown> }>(questions: readonly T[]): T[][] {
  const found: T[][] = [];
  let room = 0;
  for (const question of questions) {
    const { length } = question.fact.command;
    if (length > room) {
      found.push([]);
      room = longest;
    }
    found.at(-1)!.push(question);
    room -= length;
  }
  return found;
}

/**
 * Several questions in one command; `mark`: a random word that stands between the answers. Its answer is what each of them
 * left behind.
 */
export function together(facts: readonly Fact<unknown>[], mark: string): Fact<Output[]> {
  const [first, ...others] = facts;
  if (first && others.length === 0) return { ...first, codes: 'any', parse: (output) => [output] };
  return oneAfterAnother(facts, mark);
}

/**
 * Each in a shell of its own, so that none is disturbed by another. What one is told on standard input is read whole before
 * it begins: what it leaves unread is nobody else's.
 */
const oneAfterAnother = (facts: readonly Fact<unknown>[], mark: string): Fact<Output[]> => ({
  secret: facts.some(({ secret }) => secret),
  stdin: facts.map(({ stdin = '' }) => stdin).join(''),
  command:
    sh`mark=${mark}; ask() { if [ "$2" = 0 ]; then (eval "$1") </dev/null; else input=$(head -c "$2"; echo .); printf %s "$\{input%.}" | (eval "$1"); fi; ` +
    `code=$?; printf "<%s %s>" "$mark" "$code"; printf "<%s %s>" "$mark" "$code" >&2; }` +
    facts.map(({ command, stdin = '' }) => sh`; ask ${command} ${Buffer.byteLength(stdin)}`).join(''),
  parse(output) {
    const [stdout, stderr] = [output.stdout.split(line(mark)), output.stderr.split(line(mark))];
    // Each answer and its exit code, and the nothing after the last.
    const whole = 2 * facts.length + 1;
    if (stdout.length !== whole || stderr.length !== whole)
      throw new FactUnknown(`${facts.length} questions have not as many answers`, output);
    return facts.map((_, index) => ({
      code: Number(stdout[2 * index + 1]),
      stdout: stdout[2 * index]!,
      stderr: stderr[2 * index]!,
    }));
  },
});
