import { message, type Answer, type Approval } from '../../src/workflows/messages.js';
import type { Run } from './bench.js';

export const held = (run: Run) => run.until(({ lines }) => lines.some(({ state }) => state === 'held'));

export const approve = (run: Run, gate: string): Promise<void> =>
  run.handle.executeUpdate<void, [Approval]>(message.approve, { args: [{ gate, by: 'ann' }] });

export const answer = (run: Run, given: Partial<Answer>): Promise<void> =>
  run.handle.executeUpdate<void, [Answer]>(message.answer, { args: [{ verdict: 'retry', by: 'ann', ...given }] });

/** What the innermost reason of a refused Update or failed run says. */
export async function reasonOf(work: Promise<unknown>): Promise<string> {
  let error: unknown = await work.then(
    () => new Error('it went through'),
    (failure: unknown) => failure,
  );
  while (error instanceof Error && error.cause instanceof Error) error = error.cause;
  return error instanceof Error ? error.message : String(error);
}
