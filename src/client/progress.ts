import type { WorkflowHandle } from '@temporalio/client';
import { message, type Progress } from '../workflows/messages.js';
import { WorkflowNotFoundError } from './temporal.js';

/** What a run and its waves under way told, each by itself, of which a progress was put together. */
const told = new WeakMap<Progress, { readonly own: Progress; readonly ofWaves: ReadonlyMap<string, Progress> }>();

/** A run's whole progress, with that of its waves; of one that is known already only what changed since is asked for. */
export async function progressOf(handle: WorkflowHandle, before?: Progress): Promise<Progress> {
  const known = before && told.get(before);
  const own = await pages(handle, known?.own ?? before);
  const asked = await Promise.all(
    (own.waves ?? []).map(async (id) => {
      const wave = await pages(handle.client.getHandle(id), known?.ofWaves.get(id)).catch(notBegun);
      // Until it has begun, its id is that of the same wave of an earlier run.
      return wave && wave.startedAt >= own.startedAt ? [[id, wave] as const] : [];
    }),
  );
  const ofWaves = new Map(asked.flat());
  const lines = [...ofWaves].flatMap(([wave, progress]) => progress.lines.map((line) => ({ ...line, wave })));
  const revision = [...ofWaves.values()].reduce((sum, wave) => sum + wave.revision, own.revision);
  const whole = { ...own, revision, lines: [...own.lines, ...lines] };
  told.set(whole, { own, ofWaves });
  return whole;
}

function notBegun(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

/** What one workflow tells, page by page. */
async function pages(handle: WorkflowHandle, known: Progress | undefined): Promise<Progress> {
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
