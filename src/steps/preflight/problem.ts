import type { Cluster } from '../../cluster/cluster.js';
import type { PreflightName } from '../../cluster/preflight-problems.js';

/** Something found on a host before anything is changed. Its name is stable: the spec waives it by that. */
export interface Problem {
  readonly name: PreflightName;
  readonly words: string;
  /** A warning is shown and stops nothing. */
  readonly warning?: boolean;
}

/** Splits problems into what stops the operation and what is only said, after the spec's waivers. */
export function sift(cluster: Cluster, problems: readonly Problem[], warn: (words: string) => void): string[] {
  const stops: string[] = [];
  for (const { name, words, warning } of problems) {
    if (warning) warn(`${name}: ${words}`);
    else if (cluster.preflight.waive.includes(name)) warn(`${name}, waived: ${words}`);
    else stops.push(`${name}: ${words}`);
  }
  return stops;
}
