import { SpecProblems, type Problem } from '../spec/problem.js';

/** Where in another tool's file something stands; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * What a person should know of a translation. `fill`: it has to be filled in before the spec is whole; `told`: it was
 * translated, but not word by word; `left`: it has no counterpart in a spec of kha's.
 */
export interface Note {
  readonly kind: 'fill' | 'told' | 'left';
  /** Key of the spec that it is about; none for what was left out. */
  readonly section?: string;
  readonly words: string;
  readonly place?: Place;
  /** Of what was left out: why, as the end of «Not translated, …». */
  readonly why?: string;
}

export interface Translation {
  readonly spec: string;
  readonly notes: readonly Note[];
}

/** Collects what is wrong with an input, and what is to be said of its translation. */
export class Ledger {
  readonly notes: Note[] = [];
  readonly #problems: Problem[] = [];
  readonly #texts: Record<string, string> = {};

  /** The text that places of this file are quoted from. */
  source(file: string, text: string): void {
    this.#texts[file] = text;
  }

  refuse(place: Place, message: string, found: string, expected: string, more: Partial<Problem> = {}): void {
    this.#problems.push({ ...place, path: '', message, found, expected, severity: 'error', ...more });
  }

  fill(section: string, words: string, place?: Place): void {
    this.#note({ kind: 'fill', section, words, ...(place ? { place } : {}) });
  }

  told(section: string, words: string, place?: Place): void {
    this.#note({ kind: 'told', section, words, ...(place ? { place } : {}) });
  }

  left(words: string, place?: Place, why = 'as kha has no such setting'): void {
    this.#note({ kind: 'left', words, why, ...(place ? { place } : {}) });
  }

  /** Throws SpecProblems with everything that was refused so far. */
  check(): void {
    if (this.#problems.length === 0) return;
    const sorted = [...this.#problems].sort(
      (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
    );
    throw new SpecProblems(sorted, this.#texts);
  }

  /** The same said of ten hosts at the same place is said once. */
  #note(note: Note): void {
    const same = (other: Note): boolean =>
      other.words === note.words && other.section === note.section && where(other.place) === where(note.place);
    if (!this.notes.some(same)) this.notes.push(note);
  }
}

export const where = (place: Place | undefined): string => (place ? `${place.file}:${place.line}` : '');
