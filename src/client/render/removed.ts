import type { Difference } from '../../cluster/difference.js';

export interface RemovedHost {
  readonly host: string;
  readonly reason: string;
}

/** Hosts that the plan would take away; kha cannot yet, so they show in a refused plan only. */
export const removedHosts = (differences: readonly Difference[]): RemovedHost[] =>
  differences.flatMap(({ host, message, expected }) => (host ? [{ host, reason: `${message}; ${expected}` }] : []));

export const removedText = (removed: readonly RemovedHost[]): string =>
  ['Hosts', ...removed.map(({ host, reason }) => `  − ${host.padEnd(8)} ${reason}`)].join('\n');
