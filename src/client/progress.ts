import type { WorkflowHandle } from '@temporalio/client';
import { message, type Progress } from '../workflows/messages.js';

/** A run's whole progress, page by page; of one that is known already only what changed since is asked for. */
export async function progressOf(handle: WorkflowHandle, known?: Progress): Promise<Progress> {
  for (let now = known; ;) {
    const answer = await handle.query<Progress, [number]>(message.progress, now?.revision ?? 0);
    // Another run of the same cluster has begun.
    if (now && answer.startedAt !== now.startedAt) {
      now = undefined;
      continue;
    }
    const { more = false, ...whole } = merged(now, answer);
    now = whole;
    if (!more) return now;
  }
}

/** An answer's lines come in the order of their changes; a run's stand in the order in which they began. */
function merged(before: Progress | undefined, answer: Progress): Progress {
  const lines = [...(before?.lines ?? [])];
  for (const line of answer.lines) lines[line.id] = line;
  const gates = new Map([...(before?.gates ?? []), ...answer.gates].map((gate) => [gate.name, gate]));
  return { ...answer, lines, gates: [...gates.values()] };
}
