import type { Report } from '../engine/report.js';

/** Says what takes long where it does not get between a program and its output. */
export const tell: Report = ({ what, state, seconds }) => {
  if (state === 'start') process.stderr.write(`· ${what}\n`);
  else if (state === 'warning') process.stderr.write(`! ${what}\n`);
  else process.stderr.write(`✓ ${what} (${(seconds ?? 0).toFixed(1)} s)\n`);
};
