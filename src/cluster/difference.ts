import type { RuleProblem } from './rule-problem.js';

/** How a wanted cluster differs from the one that stands in a way that an install does not simply carry out. */
export interface Difference extends RuleProblem {
  /** A `left` thing is a warning: the rest is for a person to do. */
  readonly kind: 'host gone' | 'host changed' | 'field changed' | 'left';
  /** The host that is gone. */
  readonly host?: string;
}

/** A value as people would write it. */
export const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);

/** A place of the spec: `hosts[2].address`. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
