import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  executeChild,
  workflowInfo,
} from '@temporalio/workflow';
import { inputVersion } from '../cluster/input-version.js';
import type { Mode } from '../steps/step.js';
import type { Around, Task } from './around.js';
import { together, toldOf } from './call.js';
import { allOrNone, cancellation } from './scope.js';
import { busyAmong, type WaveEnd, type WaveInput, type WaveLine } from './wave.js';

/** Waves that may be under way at once: 1,000 hosts. */
export const window = 4;

export interface Wave {
  readonly stage: string;
  readonly tasks: readonly Task[];
  readonly hosts: readonly string[];
  /** Its place in the child's id, which no other wave under way has. */
  readonly place: string;
}

/** Lets waves of hosts go through steps, so many at once, and takes what each came to into the run's own journal. */
export const waveLanes = (waves: readonly Wave[], atOnce: number, around: Around): Promise<void>[] =>
  inLanes(waves, atOnce, async (wave) => {
    const { lines, ended, words, silent, busy } = await child(wave, around.mode, around);
    for (const host of silent) around.silent.add(host);
    for (const host of busy === 'all' ? wave.hosts : busy) around.busy.add(host);
    around.journal.adopt(wave.stage, wave.hosts, lines);
    if (ended === 'aborted') throw ApplicationFailure.nonRetryable(words, 'Aborted');
    if (ended === 'cancelled') throw ofCancelled(wave);
  });

/** What steps would change on the waves' hosts; nothing of it enters the journal. */
export async function lookAtWaves(waves: readonly Wave[], around: Around): Promise<WaveLine[]> {
  const found: WaveLine[] = [];
  await allOrNone(() =>
    inLanes(waves, window, async (wave) => {
      const { lines, ended } = await child(wave, 'plan', around);
      if (ended !== 'done') throw ofCancelled(wave);
      found.push(...lines);
    }),
  );
  return found;
}

function inLanes(waves: readonly Wave[], atOnce: number, work: (wave: Wave) => Promise<void>): Promise<void>[] {
  const left = [...waves];
  return Array.from({ length: Math.min(atOnce, left.length) }, async () => {
    for (let wave = left.shift(); wave; wave = left.shift()) await work(wave);
  });
}

async function child({ stage, tasks, hosts: all, place }: Wave, mode: Mode, around: Around): Promise<WaveEnd> {
  const { journal, patience, silent } = around;
  const hosts = all.filter((host) => !silent.has(host));
  const steps = tasks.flatMap(({ step: { name }, meant }) => {
    const own = hosts.filter(meant);
    if (own.length === 0) return [];
    return [own.length === hosts.length ? { step: name } : { step: name, hosts: own }];
  });
  if (steps.length === 0) return { ended: 'done', lines: [], silent: [], busy: [] };
  const sites = hosts.flatMap((host) => {
    const site = around.sites.get(host);
    return site === undefined ? [] : [[host, site] as const];
  });
  const { workflowId, runId, typedSearchAttributes } = workflowInfo();
  const { cluster, kubernetes, operation } = journal.head;
  const input: WaveInput = {
    schema: inputVersion,
    of: { workflowId, runId },
    head: { cluster, kubernetes, operation },
    patience,
    mode,
    stage,
    hosts,
    ...(sites.length > 0 ? { sites } : {}),
    busy: busyAmong(hosts, around.busy),
    ...toldOf(silent),
    steps,
  };
  const id = `${workflowId}/${place}`;
  journal.wave(id, 'begins');
  try {
    const end = (await executeChild('workOnWave', {
      workflowId: id,
      args: [input],
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      typedSearchAttributes,
      staticSummary: `${together(hosts)} · ${stage}`.slice(0, 200),
    })) as WaveEnd;
    return { ...end, lines: end.lines.map((line) => ({ hosts, ...line })) };
  } catch (error) {
    throw cancellation(error) ?? error;
  } finally {
    journal.wave(id, 'ended');
  }
}

/** The run's own cancellation, or somebody's who ended the child alone: no wave may be missing unnoticed. */
const ofCancelled = ({ place }: Wave): Error =>
  CancellationScope.current().consideredCancelled
    ? new CancelledFailure('cancelled')
    : ApplicationFailure.nonRetryable(`its part ${place} was cancelled`, 'Aborted');
