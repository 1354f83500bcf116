import type { WorkflowHandle } from '@temporalio/client';
import { subjectText, type Report } from '../workflows/messages.js';
import type { Connected } from './connect.js';
import { exitCodes, follow } from './follow.js';

/** Follows a run to its end and says how it ended; sets the exit code. */
export async function conclude(connected: Connected, handle: WorkflowHandle): Promise<void> {
  const code = await follow(connected, handle);
  process.exitCode = code;
  if (code !== exitCodes.done) return;
  const { cluster, kubernetes, subject, seconds, changed, done, skipped, warnings } = (await connected.client.workflow
    .getHandle(handle.workflowId)
    .result()) as Report;
  const took = `in ${seconds} s`;
  const came = subject
    ? `${subjectText(subject)} ${subject.length > 1 ? 'are' : 'is'} part of it`
    : `Kubernetes ${kubernetes} stands`;
  console.log(
    changed === 0
      ? `${cluster}: nothing to do, all ${done} steps found their work done (${took})`
      : `${cluster}: ${came} (${took}; ${changed} steps changed something, ${done} found their work done${skipped > 0 ? `, ${skipped} skipped` : ''})`,
  );
  if (warnings.length > 0) console.log(`${warnings.length} warnings; see: kha status ${cluster}`);
  const { server } = connected;
  if (server.engine)
    console.log(
      `every step in the Temporal UI: ${server.engine.ui}/namespaces/default/workflows/${encodeURIComponent(handle.workflowId)}`,
    );
}
