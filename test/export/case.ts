import type { KubeObject } from '../../src/export/fields.js';

/** An object of an old cluster, what becomes of it, and words that have to be said of it. */
export interface Case {
  readonly title: string;
  readonly old: KubeObject;
  readonly today: unknown;
  readonly words?: readonly RegExp[];
}
