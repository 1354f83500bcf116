/**
 * How a command travels. What the login shell is given is one line that sh, bash, zsh, ksh, csh, tcsh and fish all read
 * alike: single quotes, and between them neither a quote, a backslash before another, an exclamation mark nor a newline.
 *
 *     exec [env LC_ALL=C sudo …] timeout -k 5 SECONDS sh -c 'LETTER' kha MARK 'COMMAND' ['MORE OF IT' …]
 *
 * COMMAND is the plain command with every byte that a shell may mind as octal, `\0NNN`, for printf(1) %b. MARK is random
 * for each command. The root shell itself prints `<MARK>` on both streams before it begins, and `</MARK CODE>` with the
 * command's exit code after it has ended; only what stands between was said by the command. No begin: it was never
 * started. No end: it was cut off. `unwrap` finds command and mark in a line, `enclose` answers as a host would: a
 * simulated host needs no more than these two, and knows commands by their plain text.
 */
export interface Wire {
  readonly command: string;
  readonly mark: string;
}

export interface Letter extends Wire {
  /** After this many seconds the host itself ends the command, wherever kha may be by then. */
  readonly seconds: number;
  /** What makes it root: nothing, or sudo with its options. */
  readonly sudo: string;
  /** A line that sudo may or may not have read comes before the command's own input, which begins after the mark. */
  readonly skips: boolean;
}

/** Linux takes no longer argument (execve(2), MAX_ARG_STRLEN). */
const longest = 128 * 1024 - 1;
/** BSD’s csh takes no words much longer. */
const wordLength = 1_000;

const begin = 'printf "<%s>" "$1"; printf "<%s>" "$1" >&2; ';
const skip = 'while IFS= read -r line; do if [ "$line" = "$1" ]; then break; fi; done; ';
// A script that could not be put together, because nothing can be forked, must not pass for one that did nothing.
const carryOut =
  'export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; mark=$1; shift; ' +
  'script=$(printf %b "$@") || exit; [ -n "$script" ] || exit 71; (eval "$script"); code=$?; ' +
  'printf "</%s %s>" "$mark" "$code"; printf "</%s %s>" "$mark" "$code" >&2';

/** The line for the login shell. Throws on a command that no argument can hold: such input goes by standard input. */
export function wrap({ command, mark, seconds, sudo, skips }: Letter): string {
  const words = chunks([...Buffer.from(command)].map(escaped)).map((word) => `'${word}'`);
  const letter = begin + (skips ? skip : '') + carryOut;
  const line = `exec ${sudo}timeout -k 5 ${seconds} sh -c '${letter}' kha ${mark} ${words.join(' ')}`;
  if (line.length > longest) throw new Error(`a command of ${line.length} bytes is longer than a host takes: ${line}`);
  return line;
}

function escaped(byte: number): string {
  const letter = String.fromCharCode(byte);
  return byte < 32 || byte > 126 || `'\\!`.includes(letter) ? `\\0${byte.toString(8).padStart(3, '0')}` : letter;
}

function chunks(letters: readonly string[]): string[] {
  const words: string[] = [];
  for (let from = 0; from < letters.length; from += wordLength)
    words.push(letters.slice(from, from + wordLength).join(''));
  return words;
}

/** The plain command and the mark within a line. Throws on a line that `wrap` did not make. */
export function unwrap(line: string): Wire {
  const [, mark, words] = / kha ([0-9a-f]+) ((?:'[^']*' ?)+)$/.exec(line) ?? [];
  if (mark === undefined || words === undefined) throw new Error(`not a command of kha’s: ${line.slice(0, 200)}`);
  const bytes = words
    .slice(1, -1)
    .replaceAll("' '", '')
    .replace(/\\0([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  return { mark, command: Buffer.from(bytes, 'latin1').toString('utf8') };
}

/** A stream as the root shell sends it. */
export const enclose = (mark: string, text: string, code: number): string => `<${mark}>${text}</${mark} ${code}>`;

/** What of a stream the command itself said. */
export interface Opened {
  readonly begun: boolean;
  /** The command's exit code; undefined when it was cut off. */
  readonly code: number | undefined;
  readonly text: Buffer;
  /** What else came: a message of the day, a lecture, a login shell that prints, sudo’s own words. */
  readonly around: string;
}

export function open(stream: Buffer, mark: string): Opened {
  const from = stream.indexOf(`<${mark}>`);
  if (from < 0) return { begun: false, code: undefined, text: Buffer.alloc(0), around: stream.toString('utf8') };
  const start = from + mark.length + 2;
  const end = stream.lastIndexOf(`</${mark} `);
  const [, code, rest = ''] =
    end < 0 ? [] : (/^<\/[0-9a-f]+ (\d+)>([^]*)$/.exec(stream.subarray(end).toString('utf8')) ?? []);
  return {
    begun: true,
    code: code === undefined ? undefined : Number(code),
    text: stream.subarray(start, code === undefined ? undefined : end),
    around: stream.subarray(0, from).toString('utf8') + rest,
  };
}
