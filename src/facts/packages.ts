import type { Output } from './fact.js';
import { lines } from './files.js';

export interface WantedPackage {
  readonly name: string;
  /** As the host's own program writes it, an epoch before a colon. */
  readonly version: string;
  /** As packages of its kind name it: `amd64` or `x86_64`; `all` or `noarch`. */
  readonly architecture: string;
}

/** A package that the host has. */
export interface InstalledPackage extends WantedPackage {
  /** Somebody keeps it at its version: `apt-mark hold`, dpkg's own selection, dnf's version lock or excludes. */
  readonly held: boolean;
  /** Whole; an interrupted dpkg leaves a package half-way. */
  readonly complete: boolean;
}

/** The first of two versions beside the second, by the order of versions of the host's own program. */
export type VersionOrder = 'older' | 'equal' | 'newer';

/** What the repositories of a host do not offer. */
export interface Unoffered {
  readonly names: readonly string[];
  /** What the package manager said of repositories that it could not ask. */
  readonly said: string;
}

/** Reads lines `lacks NAME` and `said WORDS`; `late` where no answer came in time. */
export function unoffered({ stdout }: Output): Unoffered | undefined {
  const all = lines(stdout);
  if (all[0] === 'late') return undefined;
  const of = (kind: string): string[] =>
    all.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
  return { names: of('lacks'), said: of('said').join('; ').slice(0, 500) };
}

/** Reads a line for each of the pairs that were asked about, the order in the host's own words. */
export function readOrders(
  { stdout }: Output,
  pairs: readonly unknown[],
  words: Readonly<Record<string, VersionOrder>>,
): VersionOrder[] {
  const found = lines(stdout).flatMap((line) => words[line.trim()] ?? []);
  if (found.length !== pairs.length) throw new Error('the host does not say which version is newer');
  return found;
}
