import { ApplicationFailure, getExternalWorkflowHandle, isCancellation, workflowInfo } from '@temporalio/workflow';
import { catalogue } from '../steps/catalogue.js';
import type { Around, Task } from './around.js';
import { pacedWave, type Sites } from './batches.js';
import { isOnce } from './call.js';
import { goThrough } from './go-through.js';
import { handleMessages, waveSignal } from './handlers.js';
import { Journal } from './journal.js';
import { busyAmong, told, type WaveEnd, type WaveInput } from './wave.js';

/** Some hosts of a large cluster in one stage: a child of the operation, with holds and answers of its own. */
export async function workOnWave(input: WaveInput): Promise<WaveEnd> {
  const { of, head, patience, mode, stage, hosts, busy } = input;
  const sites: Sites = new Map(input.sites);
  const parent = getExternalWorkflowHandle(of.workflowId, of.runId);
  let waits = false;
  const journal = new Journal({ ...head, mode, gates: [], hosts }, (phase) => {
    if ((phase === 'waiting') === waits) return;
    waits = !waits;
    // A parent that is gone has terminated this wave, or is about to.
    parent.signal(waveSignal, { id: workflowInfo().workflowId, waits }).catch(() => undefined);
  });
  const around: Around = {
    journal,
    desk: handleMessages(journal),
    mode,
    patience,
    sites,
    silent: new Set(input.silent),
    busy: new Set(busy === 'all' ? hosts : busy),
  };
  const tasks = input.steps.map(({ step, hosts: own }): Task => {
    const meant = new Set(own ?? hosts);
    return { step: catalogue.get(step)!, meant: (host) => meant.has(host) };
  });
  const pace = tasks[0]!.step.pace;
  if (isOnce(pace))
    throw ApplicationFailure.nonRetryable(`${tasks[0]!.step.name} acts once for the cluster, not in waves`);
  const end = (ended: WaveEnd['ended'], words?: string): WaveEnd => ({
    ended,
    ...(words === undefined ? {} : { words }),
    lines: told(journal.lines, hosts),
    silent: [...around.silent],
    busy: busyAmong(hosts, around.busy),
  });
  journal.enter(stage);
  try {
    await goThrough(stage, tasks, pacedWave(hosts, sites, pace), around);
    journal.close('done');
    return end('done');
  } catch (error) {
    const cancelled = isCancellation(error);
    journal.close(cancelled ? 'cancelled' : 'failed');
    if (cancelled) return end('cancelled');
    if (error instanceof ApplicationFailure && error.type === 'Aborted') return end('aborted', error.message);
    throw error;
  }
}
