import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { OtherThanWanted } from '../../bundle/download.js';
import { DownloadFailed } from '../../engine/https.js';
import { HelmAbsent } from '../../bundle/add-ons/helm-absent.js';
import { asChart, asFetched, locatedAddOns, type MadeManifest } from '../../cluster/add-ons.js';
import { isAddress } from '../../cluster/chart-address.js';
import type { RuleProblem } from '../../cluster/rules.js';
import { hasOwnServer } from '../../engine/connection.js';
import { tell } from '../tell.js';
import { SpecProblems } from './problem.js';
import type { ReadSpec } from './read.js';

/** The worker’s own way, unless nothing is to be downloaded. */
const worker = async (
  wanted: MadeManifest,
  kubernetesVersion: string,
  { ca, offline }: { readonly ca: string | undefined; readonly offline: boolean },
): Promise<string> => {
  const { madeManifest } = await import('../../bundle/add-ons/made.js');
  return madeManifest(wanted, kubernetesVersion, { report: tell, reach: { ca, patience: 10_000 }, offline });
};

/**
 * Fetches the manifests that a spec names by URL, into the cache of this machine, and renders its charts. What is another
 * than its digest says, and a chart that fails, is refused; what cannot be had from here is warned of: the worker may reach
 * it, and hosts that have it need it no more, which preflight looks at. Without `resolve` nothing is downloaded: only charts
 * on this machine are rendered. Throws SpecProblems.
 */
export async function withMadeAddOns(spec: ReadSpec, { resolve = true } = {}, make = worker): Promise<ReadSpec> {
  const { cluster } = spec;
  const wanted = locatedAddOns(cluster).flatMap(({ one, at }) => {
    const made = asFetched(one) ?? asChart(one);
    return made ? [{ made, at }] : [];
  });
  if (wanted.length === 0) return spec;
  const file = cluster.source.internet?.ca;
  // What cannot be read is told where the source is pinned.
  const ca = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  const problems: RuleProblem[] = [];
  for (const { made: one, at } of wanted) {
    // Of files that lie with a worker elsewhere a warning was given before.
    if ((hasOwnServer() && !isHere(one)) || (!resolve && isDistant(one))) continue;
    try {
      await make(one, cluster.kubernetesVersion, { ca, offline: !resolve });
    } catch (error) {
      problems.push(problemOf(one, at, error, resolve));
    }
  }
  const located = spec.locate(problems);
  if (located.some(({ severity }) => severity === 'error')) throw new SpecProblems(located, spec.text);
  return { ...spec, warnings: [...spec.warnings, ...located] };
}

const isHere = (one: MadeManifest): boolean =>
  !('chart' in one) ||
  [one.chart, one.values].every((file) => file === undefined || isAddress(file) || existsSync(file));

const isDistant = (one: MadeManifest): boolean => !('chart' in one) || isAddress(one.chart);

function problemOf(one: MadeManifest, at: readonly PropertyKey[], error: unknown, resolve: boolean): RuleProblem {
  if (!(error instanceof Error)) throw error;
  const [field, found] = 'chart' in one ? (['chart', one.chart] as const) : (['url', one.url] as const);
  const problem = { path: [...at, field], found };
  const elsewhere = error instanceof HelmAbsent && (hasOwnServer() || !resolve);
  if (elsewhere || (error instanceof DownloadFailed && !(error instanceof OtherThanWanted)))
    return {
      ...problem,
      message: `it cannot be had from here: ${error.message}`,
      expected: elsewhere
        ? 'a Helm where kha runs; kha plan and kha install fetch or build one'
        : 'an address that answers, unless the cluster has the add-on already',
      severity: 'warning',
    };
  const expected = 'chart' in one ? 'a chart that renders with these values' : one.digest;
  return { ...problem, message: error.message, expected, severity: 'error' };
}
