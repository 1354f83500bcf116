import { readFile } from 'node:fs/promises';
import { lockProblem, LockRefused, parseLock } from '../../bundle/build/lock.js';
import { resolvedLock } from '../../bundle/build/resolved-lock.js';
import { DownloadFailed } from '../../engine/https.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { Lock } from '../../cluster/lock.js';
import type { RuleProblem } from '../../cluster/rules.js';
import { UsageError } from '../explain.js';
import { tell } from '../tell.js';
import { unfit } from './bundle-file.js';
import { SpecProblems } from './problem.js';
import type { ReadSpec } from './read.js';
import { unreadWords } from './unread.js';

type Internet = NonNullable<Cluster['source']['internet']>;

/**
 * Puts the lock of an install from the internet into the spec whole: the one that the spec names, or one that is resolved
 * now; without `resolve` a spec that names none stays as it is. Throws SpecProblems with what is wrong with a lock; UsageError
 * where a site does not answer.
 */
export async function withLock(spec: ReadSpec, resolve: boolean): Promise<ReadSpec> {
  const { cluster, locate, text } = spec;
  const { internet } = cluster.source;
  if (!internet) return spec;
  const path = ['source', 'internet', 'lock'];
  const refuse = (...problems: Omit<RuleProblem, 'severity'>[]): SpecProblems =>
    new SpecProblems(locate(problems.map((one) => ({ severity: 'error', ...one }))), text);
  const named = internet.lock;
  const ca = internet.ca === undefined ? undefined : await authority(internet.ca, refuse);
  if (named === undefined && !resolve) return spec;
  const lock = named === undefined ? await resolved(cluster, internet, ca) : await given(named, path, refuse);
  const problems = unfit(cluster, 'lock', lock);
  if (problems.length > 0) throw refuse(...problems.map((one) => ({ path, ...one })));
  return { ...spec, cluster: { ...cluster, source: { internet: { ...internet, lock } } } };
}

async function given(
  named: string | Lock,
  path: string[],
  refuse: (problem: Omit<RuleProblem, 'severity'>) => SpecProblems,
): Promise<Lock> {
  const file = typeof named === 'string' ? named : 'what stands in the spec';
  const expected = 'a lock as kha bundle lock writes it';
  try {
    const lock = typeof named === 'string' ? parseLock(await readFile(named, 'utf8'), named) : named;
    const wrong = lockProblem(lock);
    if (wrong !== undefined) throw new LockRefused(wrong);
    return lock;
  } catch (error) {
    if (error instanceof LockRefused) throw refuse({ path, message: error.message, found: file, expected });
    throw refuse({ path, message: unreadWords(error), found: file, expected });
  }
}

async function authority(
  file: string,
  refuse: (problem: Omit<RuleProblem, 'severity'>) => SpecProblems,
): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const message = unreadWords(error);
    throw refuse({ path: ['source', 'internet', 'ca'], message, found: file, expected: 'a file in PEM' });
  }
}

async function resolved(
  { kubernetesVersion }: Cluster,
  { architectures, mirrors }: Internet,
  ca: string | undefined,
): Promise<Lock> {
  try {
    const reach = { ca };
    return await resolvedLock({ kubernetes: kubernetesVersion, architectures, mirrors, reach }, tell);
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error;
    throw new UsageError(
      `the digests of what hosts fetch from the internet cannot be resolved from here: ${error.message}\n` +
        'Next: where the sites can be reached: kha bundle lock --kubernetes ' +
        `${kubernetesVersion} --output FILE, and name it: source: { internet: { lock: FILE } }; or take another source: source.registry, source.file`,
    );
  }
}
