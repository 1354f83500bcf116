import { ApplicationFailure } from '@temporalio/workflow';
import type { BatchResult, Step, StepResult } from '../steps/step.js';
import type { Around, Known } from './around.js';
import { aboutAll, call, isFailed, type Failed } from './call.js';
import type { Journal } from './journal.js';
import { hostsOf, labelOf, type Line } from './messages.js';
import { isSilence, leftBehind, mayTryAgain } from './retry.js';
import { allOrNone } from './scope.js';

/**
 * A step on the hosts of a line: it is done on those of which nothing was missing when it was looked ahead, and carried out
 * on the others by one activity, again and again as long as somebody answers `retry`. Where most of them fail, they are
 * held together, in one line with one answer; a few that fail leave the batch and go on by themselves.
 */
export async function endOrCarryOut(
  line: Line,
  stage: string,
  step: Step,
  known: Known,
  around: Around,
): Promise<void> {
  const hosts = hostsOf(line);
  const others = hosts.filter((host) => !known(step, host));
  if (others.length === hosts.length) return goOn({ stage, step, line, around });
  const own = others.length > 0 ? around.journal.split(line, others) : undefined;
  const done = hostsOf(line).map((host) => ({ outcome: 'done', missing: [], warnings: known(step, host)! }) as const);
  endAlike(around.journal, line, done);
  if (own) return goOn({ stage, step, line: own, around });
}

/** A step that acts once for the cluster, on whichever of these hosts, all at one site or at none, the activity finds to be fit. */
export async function carryOutOnce(stage: string, step: Step, oneOf: readonly string[], around: Around): Promise<void> {
  const line = around.journal.begin(stage, step, [aboutAll(around.sites.get(oneOf[0]!))]);
  return goOn({ stage, step, line, around, oneOf });
}

interface Work {
  readonly stage: string;
  readonly step: Step;
  readonly line: Line;
  readonly around: Around;
  readonly oneOf?: readonly string[];
}

async function goOn(work: Work, known?: BatchResult): Promise<void> {
  const { stage, step, line, around, oneOf } = work;
  const { journal, desk, mode, patience, sites, silent } = around;
  try {
    for (let results = known; ; results = undefined) {
      results ??= await call(stage, step, hostsOf(line), mode, { oneOf, patience, sites, silent });
      const bad = fail(results, hostsOf(line));
      if (bad.size === 0) return endAlike(journal, line, results as readonly StepResult[]);
      if (mode === 'plan') return endPlanned(around, line, results);
      const well = hostsOf(line).filter((host) => !bad.has(host));
      const good = results.filter((result): result is StepResult => !isFailed(result));
      if (bad.size <= well.length) {
        const alone = [...bad].map(([host, failed]) => [journal.split(line, [host]), failed] as const);
        endAlike(journal, line, good);
        await allOrNone(() =>
          alone.map(([own, failed]) => goOn({ ...work, line: own }, mayTryAgain(step, failed) ? undefined : [failed])),
        );
        return;
      }
      if (well.length > 0) endAlike(journal, journal.split(line, well), good);
      const answer = await desk.hold(line, problemOf(bad));
      if (answer.verdict === 'skip')
        return journal.end(line, 'skipped', answer.reason === undefined ? {} : { reason: answer.reason });
      if (answer.verdict === 'abort')
        throw ApplicationFailure.nonRetryable(`${answer.by} aborted at ${step.name} on ${labelOf(line)}`, 'Aborted');
      journal.again(line);
    }
  } catch (error) {
    const problem = leftBehind(error);
    if (journal.open.has(line)) journal.end(line, 'cancelled', problem === undefined ? {} : { problem });
    throw error;
  }
}

const fail = (results: BatchResult, hosts: readonly string[]): Map<string, Failed> =>
  new Map(results.flatMap((result, index) => (isFailed(result) ? [[hosts[index]!, result]] : [])));

/** Ends a line whose hosts all did well; those that fared in another way than the first get lines of their own. */
function endAlike(journal: Journal, line: Line, results: readonly StepResult[]): void {
  const looked = journal.head.mode === 'plan';
  const groups = new Map<string, { hosts: string[]; results: StepResult[] }>();
  for (const [index, host] of hostsOf(line).entries()) {
    const result = results[index]!;
    // What a plan found missing is what it is for; what an install found missing stands in the history.
    const key = JSON.stringify([result.outcome, result.warnings, looked ? result.missing : 0]);
    const group = groups.get(key) ?? { hosts: [], results: [] };
    group.hosts.push(host);
    group.results.push(result);
    groups.set(key, group);
  }
  const [first, ...others] = [...groups.values()];
  const own = others.map((group) => [journal.split(line, group.hosts), group] as const);
  for (const [one, group] of [[line, first!] as const, ...own]) {
    const { outcome, missing, ...more } = group.results[0]!;
    const alike = group.results.every((result) => result.missing.join('\n') === missing.join('\n'));
    journal.end(one, outcome, alike ? { missing, ...more } : more);
  }
}

/** A plan tells what it met and holds nothing. */
function endPlanned({ journal, silent }: Around, line: Line, results: BatchResult): void {
  const hosts = hostsOf(line);
  const well = hosts.filter((_, index) => !isFailed(results[index]!));
  for (const [host, failed] of fail(results, hosts)) {
    const own = well.length === 0 && hostsOf(line).length === 1 ? line : journal.split(line, [host]);
    const lost = isSilence(failed) ? failed.silent : undefined;
    if (lost) silent.add(lost);
    journal.end(own, 'failed', {
      problem: lost === host ? `${failed.failed}\n\nNothing more was asked of ${host}.` : failed.failed,
    });
  }
  if (well.length > 0)
    endAlike(
      journal,
      line,
      results.filter((result): result is StepResult => !isFailed(result)),
    );
}

/** Why hosts are held together: the first one's words, and of which others the same is true. */
function problemOf(bad: ReadonlyMap<string, Failed>): string {
  const alike = new Map<string, string[]>();
  for (const [host, { failed }] of bad) {
    const words = failed.replaceAll(host, '');
    alike.set(words, [...(alike.get(words) ?? []), host]);
  }
  const groups = [...alike.values()].sort((a, b) => b.length - a.length);
  const told = groups.slice(0, 3).map(([first = '', ...others]) => {
    const same = others.length > 0 ? `\n\nThe same on ${others.length} others: ${others.join(', ')}` : '';
    return `${bad.get(first)!.failed}${same}`;
  });
  const left = groups.slice(3).flat();
  return [...told, ...(left.length > 0 ? [`It also failed on ${left.join(', ')}.`] : [])].join('\n\n');
}
