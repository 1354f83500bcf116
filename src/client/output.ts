import type { Report } from '../engine/report.js';

/** Prints facts for programs: the shapes that docs/cli.md names. */
export const printJson = (facts: unknown): void => console.log(JSON.stringify(facts, null, 2));

/** Tells of long work on this machine as it goes. */
export const tell: Report = ({ what, state, seconds }) =>
  console.log(state === 'done' ? `✓ ${what} (${(seconds ?? 0).toFixed(1)} s)` : `· ${what}`);
