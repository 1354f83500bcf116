import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { OwnReading } from './own-reading.js';
import { redact } from './redaction.js';

/** An attempt's sign of life, and how it learns that it is to end. */
export interface Liveness {
  /** Aborted when the attempt is to end, for whatever reason; goes down to the SSH channel. */
  readonly signal: AbortSignal;
  /** What is read for it here. */
  readonly reading: OwnReading;
  /**
   * A person cancelled. An attempt ends as well when its worker shuts down, when it timed out, was reset or paused, or
   * when the server lost it: then another one follows, and what runs on hosts is the other's.
   */
  cancelled(): boolean;
  /** Says what is being done; it stands in the next heartbeat. */
  tell(what: string): void;
  /** Keeps what could not be stopped on a host, in words; undefined where all was. */
  leave(words: string | undefined): void;
  /** What the attempt ends with when it is to end: with the words of what it leaves. */
  ending(): Error;
  end(): void;
}

/** A heartbeat a second with what is being done; cancellation arrives by it. */
export function liveness(): Liveness {
  let doing = '';
  const left: string[] = [];
  // Whoever is called later is outside of the activity, where asking for its context throws.
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(doing), 1_000);
  const signal = context.cancellationSignal;
  // Every command of every host of a batch listens to it.
  setMaxListeners(0, signal);
  return {
    signal,
    reading: new OwnReading(),
    cancelled: () => signal.aborted && context.cancellationDetails?.cancelRequested === true,
    tell: (what) => (doing = redact(what).slice(0, 500)),
    leave: (words) => {
      if (words !== undefined) left.push(redact(words));
    },
    ending: () => (left.length > 0 ? new CancelledFailure('cancelled', [left.join('\n')]) : (signal.reason as Error)),
    end: () => clearInterval(beat),
  };
}
