import { quote } from '../../facts/sh.js';

/**
 * How commands travel. The login shell is given one line, once a channel: `exec [env LC_ALL=C sudo …] sh`, which sh, bash,
 * zsh, ksh, csh, tcsh and fish read alike. That root shell reads its standard input: `prelude`, and from then on orders,
 *
 *     kha MARK SECONDS 'COMMAND' ['INPUT'] MARK
 *
 * each carried out by a shell of its own, which `timeout` ends on the host wherever kha may be by then. MARK is random for
 * each order, and stands at its end too, as a shell takes a line that breaks off for a whole one. The root shell prints `<MARK>` on both streams before the command begins, the command's own shell
 * `</MARK CODE>` on the first with its exit code, and the root shell `<MARK. STATUS>` on both once all of it has ended.
 * No begin: it was never started. No code: it was cut off. `held` after the status: something that the command left
 * behind may go on writing, so the root shell ends, and the next order goes to another.
 */
export interface Order {
  readonly command: string;
  readonly mark: string;
  /** After this many seconds the host itself ends the command. */
  readonly seconds: number;
  /** Standard input; nothing unless told. */
  readonly stdin?: string | undefined;
}

/** Linux takes no longer argument (execve(2), MAX_ARG_STRLEN). */
const longest = 128 * 1024 - 1;

/**
 * What makes a root shell of an sh that reads its input. Told to stop by sshd (TERM), it stops its command, which is in a
 * process group of its own. What stands on standard input is never an argument, so no process list shows it.
 */
const prelude = [
  'cd /; export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  `trap 'kill "$child" 2>/dev/null; wait "$child"; exit' TERM`,
  'both() { printf "$@"; printf "$@" >&2; }',
  `own='(eval "$2"); printf "</%s %s>" "$1" "$?"'`,
  'kha() { case $# in 4) last=$4;; 5) last=$5;; *) last=;; esac; if [ "$last" != "$1" ]; then exit; fi; both "<%s>" "$1"',
  'if [ $# -gt 4 ]; then printf %s "$4" 2>/dev/null | exec timeout -k 5 "$2" sh -c "$own" kha "$1" "$3" &',
  'else exec timeout -k 5 "$2" sh -c "$own" kha "$1" "$3" </dev/null & fi',
  'child=$!; wait "$child"; status=$?; held=; if kill -s 0 -- "-$child" 2>/dev/null; then held=" held"; fi',
  'both "<%s. %s%s>" "$1" "$status" "$held"; if [ "$held" ]; then exit; fi; }\n',
].join('\n');

/** What becomes root, and what its first input is. */
export interface Opening {
  /** For the login shell. */
  readonly line: string;
  /** Goes at once. */
  readonly first: string;
  /** Goes when `now` says so of what has come so far, or the input ends without it. */
  readonly then?: { readonly text: string; readonly now: (stdout: string, stderr: string) => 'send' | 'end' | 'wait' };
}

/** By which a root shell is begun, for root himself and by sudo, with a password or without. */
export const openings = {
  root: (): Opening => ({ line: 'exec sh', first: prelude }),
  // Its words are judged, so they are asked for in the one language that is known.
  sudo: (): Opening => ({ line: 'exec env LC_ALL=C sudo -n -- sh', first: prelude }),
  /**
   * sudo may or may not read the password, and asks three times: nothing else is sent before the shell has begun, which
   * then skips what is left of it. `read` takes no byte beyond its line, so that the shell that follows finds the rest.
   */
  password: (password: string, mark: string): Opening => ({
    // %% is printed as one %: a login shell that shows what it runs does not show the prompt itself.
    line: `exec env LC_ALL=C sudo -k -S -p 'kha%%${mark}' -- sh -c 'printf "<%s>" "$1"; while IFS= read -r line; do if [ "$line" = "$1" ]; then break; fi; done; exec sh' kha ${mark}`,
    first: `${password}\n`,
    then: {
      text: `${mark}\n${prelude}`,
      now: (stdout, stderr) =>
        stdout.includes(`<${mark}>`) ? 'send' : stderr.split(`kha%${mark}`).length > 2 ? 'end' : 'wait',
    },
  }),
} as const;

/** An order as the root shell reads it. Throws on a command that no argument can hold: such input goes by standard input. */
export function order({ command, mark, seconds, stdin }: Order): string {
  if (Buffer.byteLength(command) > longest)
    throw new Error(`a command of ${command.length} bytes is longer than a host takes: ${command.slice(0, 200)}`);
  return `kha ${mark} ${seconds} ${quote(command)}${stdin === undefined ? '' : ` ${quote(stdin)}`} ${mark}\n`;
}

/** The last that a root shell says of an order on each stream. */
export interface Ending {
  readonly status: number;
  readonly held: boolean;
  /** Where it begins. */
  readonly at: number;
}

/** Finds it in a stream; undefined as long as it has not come whole. */
export function ending(stream: string, mark: string): Ending | undefined {
  const at = stream.indexOf(`<${mark}. `);
  const [, status, held] = at < 0 ? [] : (/^<[0-9a-f]+\. (\d+)( held)?>/.exec(stream.slice(at, at + 64)) ?? []);
  return status === undefined ? undefined : { status: Number(status), held: held !== undefined, at };
}

/** What of a stream the command itself said. */
export interface Opened {
  readonly begun: boolean;
  /** The command's exit code; undefined when it was cut off, and on the second stream. */
  readonly code: number | undefined;
  readonly text: Buffer;
  /** What else came: a message of the day, a lecture, a login shell that prints, sudo’s own words. */
  readonly around: string;
}

export function open(stream: Buffer, mark: string): Opened {
  const from = stream.indexOf(`<${mark}>`);
  if (from < 0) return { begun: false, code: undefined, text: Buffer.alloc(0), around: stream.toString('utf8') };
  const last = stream.lastIndexOf(`<${mark}. `);
  const text = stream.subarray(from + mark.length + 2, last < 0 ? undefined : last);
  const end = text.lastIndexOf(`</${mark} `);
  const [, code] = end < 0 ? [] : (/^<\/[0-9a-f]+ (\d+)>$/.exec(text.subarray(end).toString('latin1')) ?? []);
  return {
    begun: true,
    code: code === undefined ? undefined : Number(code),
    text: code === undefined ? text : text.subarray(0, end),
    around: stream.subarray(0, from).toString('utf8'),
  };
}
