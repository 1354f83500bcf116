/**
 * What a step finds and must not change: the step is held at once, in words, and nothing is tried again until a person
 * has decided. A plan shows it as a problem.
 */
export class Refusal extends Error {
  /** What to do about it. */
  readonly next: string;

  /** `reason`: what was found and on which hosts, in one line and without secrets. */
  constructor(reason: string, next: string) {
    super(reason);
    this.name = 'Refused';
    this.next = next;
  }
}
