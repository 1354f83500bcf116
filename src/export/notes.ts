import { missing, type Fields, type KubeObject } from './fields.js';

/** What people are told of one object. */
export class Notes {
  /** What is written otherwise than it was. */
  readonly changed: string[] = [];
  /** What a person has to see to before or after it is applied. */
  readonly byHand: string[] = [];
  /** What behaves otherwise today although nothing was changed. */
  readonly toKnow: string[] = [];

  change(words: string): void {
    once(this.changed, words);
  }

  hand(words: string): void {
    once(this.byHand, words);
  }

  know(words: string): void {
    once(this.toKnow, words);
  }

  /** Writes a value where none stands, as the version that an object was made in had another default than today's. */
  writeOut(fields: Fields, key: string, value: unknown, path: string, why: string): void {
    if (!missing(fields, key)) return;
    fields[key] = value;
    this.change(`${path}: ${JSON.stringify(value)} is written out: ${why}`);
  }
}

const once = (list: string[], words: string): void => {
  if (!list.includes(words)) list.push(words);
};

/** Changes an object in place, while its apiVersion is still the old one, and says what it did. Never throws. */
export type Change = (object: KubeObject, notes: Notes) => void;
