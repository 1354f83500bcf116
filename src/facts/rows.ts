import { FactUnknown, type Output } from './fact.js';

/**
 * Lines that a template made, each as the groups of the pattern; empty where the template had nothing to put. Throws
 * FactUnknown for a line that the pattern does not fit: what it is about must not pass for absent.
 */
export const rows = (output: Output, pattern: RegExp): string[][] =>
  output.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const found = pattern.exec(line);
      if (!found) throw new FactUnknown(`its answer has a line that cannot be read: ${line.slice(0, 200)}`, output);
      return found.slice(1);
    });
