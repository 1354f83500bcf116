import type { Cluster } from './cluster.js';

/** Something that no single field shows; `path` tells where it stands in the spec. */
export interface RuleProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  readonly severity: 'error' | 'warning';
  /** The value is a secret, or holds one: neither it nor its line is shown. */
  readonly secret?: boolean;
  /** The key is meant, not its value. */
  readonly atKey?: boolean;
}

export type Rule = (cluster: Cluster) => RuleProblem[];

export const error = (path: readonly PropertyKey[], message: string, found: string, expected: string): RuleProblem => ({
  path,
  message,
  found,
  expected,
  severity: 'error',
});

export const warning = (
  path: readonly PropertyKey[],
  message: string,
  found: string,
  expected: string,
): RuleProblem => ({
  ...error(path, message, found, expected),
  severity: 'warning',
});
