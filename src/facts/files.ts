import type { Fact } from './fact.js';
import { present, sh } from './sh.js';

export interface FileFact {
  /** Octal permissions without the leading zero: `644`. */
  readonly mode: string;
  readonly content: string;
}

/** A file's mode and content; undefined when it is not there. Unknown where something else lies there. */
export const file = (path: string, { secret = false } = {}): Fact<FileFact | undefined> => ({
  command:
    present +
    sh`if ! present ${path}; then echo absent; elif [ ! -f ${path} ]; then echo 'it is no regular file' >&2; exit 66; else stat -Lc %a -- ${path} && cat -- ${path}; fi`,
  secret,
  parse({ stdout }) {
    const end = stdout.indexOf('\n');
    if (stdout === 'absent\n') return undefined;
    if (!/^[0-7]+$/.test(stdout.slice(0, end))) throw new Error('neither a mode nor the word absent');
    return { mode: stdout.slice(0, end), content: stdout.slice(end + 1) };
  },
});

/** Those of the paths that exist, files and folders alike. */
export const existing = (paths: readonly string[]): Fact<string[]> => ({
  command: present + sh`for path in ${paths}; do if present "$path"; then echo "$path"; fi; done`,
  parse: ({ stdout }) => lines(stdout),
});

/** SHA-256 (hex) by path; a path that is not there is left out. */
export const sha256 = (paths: readonly string[]): Fact<Map<string, string>> => ({
  command:
    present +
    sh`set --; for path in ${paths}; do if present "$path"; then set -- "$@" "$path"; fi; done; ` +
    'if [ $# -gt 0 ]; then sha256sum -- "$@"; fi',
  parse: ({ stdout }) => new Map(lines(stdout).map((line) => [line.slice(66), line.slice(0, 64)])),
});

/** Lines that hold something. */
export const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** Owner and group (`root:root`) by path; a path that is not there is left out. */
export const owners = (paths: readonly string[]): Fact<Map<string, string>> => ({
  command:
    present + sh`for path in ${paths}; do if present "$path"; then stat -Lc '%U:%G %n' -- "$path" || exit; fi; done`,
  parse: ({ stdout }) =>
    new Map(
      lines(stdout).map((line) => {
        const end = line.indexOf(' ');
        return [line.slice(end + 1), line.slice(0, end)];
      }),
    ),
});

/** Names in a folder; none where there is no folder. */
export const namesIn = (folder: string): Fact<string[]> => ({
  command: present + sh`if present ${folder}; then ls -A -- ${folder}; fi`,
  parse: ({ stdout }) => lines(stdout),
});
