/** A value that a command may carry: quoted whole, or each on its own when a list. */
export type Word = string | number | readonly (string | number)[];

/** One shell word for POSIX `sh`: single quotes, which nothing inside can end. */
export function quote(value: string | number): string {
  const text = String(value);
  if (text.includes('\0')) throw new Error(`a shell word cannot hold a NUL byte: ${JSON.stringify(text)}`);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Writes a command; everything put into it is quoted, so no value of a spec can become shell. */
export function sh(strings: TemplateStringsArray, ...words: Word[]): string {
  return strings.reduce((command, text, index) => command + word(words[index - 1]!) + text);
}

function word(value: Word): string {
  return typeof value === 'object' ? value.map(quote).join(' ') : quote(value);
}

/**
 * Defines `present PATH` for the rest of a script: whether something is there, links followed. Only what the kernel says
 * is not there is absent; a disk or a network file system that fails ends the script instead (74, sysexits.h: EX_IOERR).
 */
export const present =
  'present() { if [ -e "$1" ]; then return 0; fi; why=$(stat -L -- "$1" 2>&1) && return 0; ' +
  'case $why in *": No such file or directory" | *": Not a directory") return 1;; esac; echo "$why" >&2; exit 74; }; ';

/**
 * Defines `temporary FOLDER` for the rest of a script: makes `$file`, a new file in that folder to be renamed later, or with
 * `-d` a folder in it. What a script that was cut off left there goes first: the names hold the ids of the shells that made
 * them.
 */
export const temporaryFile =
  'temporary() { for old in "$1"/.kha.*; do maker=${old##*/.kha.}; [ -e "/proc/${maker%%.*}" ] || rm -rf "$old"; done; file=$(mktemp $2 -p "$1" ".kha.$$.XXXXXX"); }; ';
