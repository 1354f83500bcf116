import { ApplicationFailure } from '@temporalio/common';
import { Refusal } from '../steps/refusal.js';
import { redact } from './redaction.js';

/** Kinds of failure; the workflow's retry classes know them by these names. */
export type FailureType =
  | 'CommandFailed'
  | 'StepUnfinished'
  | 'Unreachable'
  | 'NotAnswered'
  | 'FactUnknown'
  | 'Interrupted'
  | 'HostKeyUnknown'
  | 'HostKeyChanged'
  | 'LoginRefused'
  | 'SudoRefused'
  | 'SecretMissing'
  | 'BundleRefused'
  | 'FolderUnusable'
  | 'ManifestRefused'
  | 'Refused';

/** What no retry can mend: a person has to do something first. */
const final: readonly FailureType[] = [
  'HostKeyUnknown',
  'HostKeyChanged',
  'LoginRefused',
  'SudoRefused',
  'SecretMissing',
  'BundleRefused',
  'FolderUnusable',
  'ManifestRefused',
  'Refused',
];

export const isFinal = (type: string | null | undefined): boolean => final.some((one) => one === type);

/** Something that went wrong on a host, told so that a person can act on it. */
export class HostFailure extends Error {
  readonly type: FailureType;
  readonly host: string;
  /** One line. */
  readonly reason: string;
  /** The end of what the command printed. */
  readonly tail: string;
  /** What to do about it. */
  readonly next: string;

  constructor(type: FailureType, told: { host: string; reason: string; tail?: string; next: string }) {
    super(`${told.host}: ${told.reason}`);
    this.name = type;
    this.type = type;
    this.host = told.host;
    this.reason = told.reason;
    this.tail = told.tail ?? '';
    this.next = told.next;
  }
}

/** The last lines of an output: 20 of them, 2 KB at most, without control characters. */
export function tailOf(output: string): string {
  const plain = output.replace(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f]/g, '');
  return plain.trimEnd().split('\n').slice(-20).join('\n').slice(-2048);
}

/**
 * What enters the history of a step that failed: *step on host: reason*, the output's tail, what to do next. Redacted,
 * and without a stack, which would tell an operator nothing.
 */
export function toFailure(step: string, host: string, error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const told =
    error instanceof Refusal
      ? new HostFailure('Refused', { host, reason: error.message, next: error.next })
      : error instanceof HostFailure
        ? error
        : undefined;
  const type = told?.type ?? (error instanceof Error ? error.name : 'Error');
  const where = told && told.host !== host ? `${host} (by way of ${told.host})` : host;
  const reason = told?.reason ?? (error instanceof Error ? error.message : String(error));
  const parts = [`${step} on ${where}: ${reason}`];
  if (told?.tail) parts.push(told.tail);
  parts.push(`Next: ${told?.next ?? 'this looks like a fault of kha itself; report it with this message'}`);
  const failure = ApplicationFailure.create({
    type,
    message: redact(parts.join('\n\n')),
    // Which host it was: a step may fail because of a peer.
    details: [told?.host ?? host],
    nonRetryable: isFinal(told?.type),
  });
  failure.stack = '';
  return failure;
}
