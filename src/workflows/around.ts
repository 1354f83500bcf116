import type { Mode, Step } from '../steps/step.js';
import type { Sites } from './batches.js';
import type { Desk } from './handlers.js';
import type { Journal } from './journal.js';

/** What the steps of an operation share. */
export interface Around {
  readonly journal: Journal;
  readonly desk: Desk;
  readonly mode: Mode;
  readonly patience: number;
  readonly sites: Sites;
  /** Hosts that a plan could not ask: no step of it waits for one of them again, whoever of its hosts it is about. */
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
