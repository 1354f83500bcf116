import type { Mode, Step } from '../steps/step.js';
import type { Desk } from './handlers.js';
import type { Journal } from './journal.js';

/** What the steps of an operation share. */
export interface Around {
  readonly journal: Journal;
  readonly desk: Desk;
  readonly mode: Mode;
  readonly patience: number;
  /** Hosts that a plan could not ask: it does not wait for each of them at every step. */
  readonly silent: Set<string>;
  /** Hosts on which something was missing when it was looked ahead. */
  readonly busy: Set<string>;
}

/** A step, and the hosts by name that it is for. */
export interface Task {
  readonly step: Step;
  readonly meant: (host: string) => boolean;
}

/** What is known of a step on a host without its having been run: its warnings, where nothing is missing; nothing otherwise. */
export type Known = (step: Step, host: string) => readonly string[] | undefined;
