import type { WorkflowHandle } from '@temporalio/client';
import { isMeant, message, skipsMany, type Answer } from '../workflows/messages.js';
import { UsageError } from './explain.js';
import { progressOf } from './progress.js';

/**
 * Answers what is held, in the run itself and in the waves of a large one. Throws what a workflow says against it, and
 * UsageError where it would skip more than one step on one host without saying so.
 */
export async function giveAnswer(handle: WorkflowHandle, answer: Answer): Promise<void> {
  const { lines } = await progressOf(handle);
  const meant = lines.filter((line) => line.state === 'held' && isMeant(answer, line));
  const tooMany = skipsMany(answer, meant);
  if (tooMany) throw new UsageError(tooMany);
  const where = [...new Set(meant.map(({ wave }) => wave ?? handle.workflowId))];
  // Where nothing is held the run itself says so; one that is aborted ends the others.
  const told = where.length === 0 ? [handle.workflowId] : answer.verdict === 'abort' ? where.slice(0, 1) : where;
  for (const id of told)
    await handle.client.getHandle(id).executeUpdate<void, [Answer]>(message.answer, { args: [answer] });
}
