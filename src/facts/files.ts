import type { Fact } from './fact.js';
import { sh } from './sh.js';

export interface FileFact {
  /** Octal permissions without the leading zero: `644`. */
  readonly mode: string;
  readonly content: string;
}

/** A file's mode and content; undefined when it is not there. */
export const file = (path: string, { secret = false } = {}): Fact<FileFact | undefined> => ({
  command: sh`test -f ${path} || exit 1; stat -c %a ${path} && cat ${path}`,
  secret,
  parse({ code, stdout }) {
    if (code !== 0) return undefined;
    const end = stdout.indexOf('\n');
    return { mode: stdout.slice(0, end), content: stdout.slice(end + 1) };
  },
});

/** Those of the paths that exist, files and folders alike. */
export const existing = (paths: readonly string[]): Fact<string[]> => ({
  command: sh`for path in ${paths}; do if [ -e "$path" ]; then echo "$path"; fi; done`,
  parse: ({ stdout }) => lines(stdout),
});

/** SHA-256 (hex) by path; a path that is not there is left out. */
export const sha256 = (paths: readonly string[]): Fact<Map<string, string>> => ({
  command: sh`sha256sum -- ${paths} 2>/dev/null`,
  parse: ({ stdout }) => new Map(lines(stdout).map((line) => [line.slice(66), line.slice(0, 64)])),
});

/** Lines that hold something. */
export const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');
