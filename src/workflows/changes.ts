import type { Gate, Line } from './messages.js';

/** Characters of JSON in one answer: of three bytes each they stay below the 2 MB that Temporal lets an answer have. */
const page = 600_000;

/** Lines and gates in the order of their last change, by which an answer tells only what is new. */
export class Changes {
  readonly #revisions = new Map<Line | Gate, number>();

  /** Each change has a revision of its own, greater than those before. */
  note(item: Line | Gate, revision: number): void {
    this.#revisions.delete(item);
    this.#revisions.set(item, revision);
  }

  /** What changed after a revision; `through` is how far a page came when it could not hold all of it. */
  since(revision: number): { readonly items: readonly (Line | Gate)[]; readonly through?: number } {
    const items: (Line | Gate)[] = [];
    let through = revision;
    let size = 0;
    for (const [item, changed] of this.#revisions) {
      if (changed <= revision) continue;
      size += JSON.stringify(item).length;
      if (size > page && items.length > 0) return { items, through };
      items.push(item);
      through = changed;
    }
    return { items };
  }
}
