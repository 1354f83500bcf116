import { indexDigest, provedArchive } from '../../bundle/opened-files.js';
import { BundleRefused } from '../../bundle/archive.js';
import { isBundled, locatedAddOns } from '../../cluster/add-ons.js';
import type { Description } from '../../cluster/bundle-description.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { RuleProblem } from '../../cluster/rules.js';
import { hasOwnServer } from '../../engine/connection.js';
import { imagesOf } from '../../steps/runtime/images.js';
import { SpecProblems } from './problem.js';
import type { ReadSpec } from './read.js';
import { isAbsent } from './unread.js';

const path = ['source', 'file', 'path'];

/**
 * Proves the bundle that a spec names as a file, and pins it: another one under its name is noticed from now on. Where a
 * server of the site’s own is configured the file may lie on another machine, with the worker, which proves it as well.
 * Throws SpecProblems.
 */
export async function withProvedBundle(spec: ReadSpec): Promise<ReadSpec> {
  const { cluster, locate, text, warnings } = spec;
  const { file } = cluster.source;
  if (!file) return spec;
  const problem = (message: string, found: string, expected: string, more: Partial<RuleProblem> = {}): RuleProblem => ({
    path,
    message,
    found,
    expected,
    severity: 'error',
    ...more,
  });
  const refuse = (...problems: RuleProblem[]): SpecProblems => new SpecProblems(locate(problems), text);
  try {
    await using archive = await provedArchive(file);
    const problems = unfit(cluster, 'bundle', archive.description).map(({ message, found, expected, ...more }) =>
      problem(message, found, expected, more),
    );
    if (problems.length > 0) throw refuse(...problems);
    const digest = await indexDigest(archive);
    return { ...spec, cluster: { ...cluster, source: { file: { ...file, digest } } } };
  } catch (error) {
    if (error instanceof SpecProblems) throw error;
    const absent = isAbsent(error);
    if (absent && hasOwnServer()) {
      const words = 'the file is not on this machine, and cannot be proved from here';
      const known = locate([problem(words, file.path, 'the bundle, where the worker runs', { severity: 'warning' })]);
      return { ...spec, warnings: [...warnings, ...known] };
    }
    const why = error instanceof Error ? error.message : String(error);
    throw refuse(
      error instanceof BundleRefused
        ? problem(`the bundle is refused: ${why}`, file.path, 'a bundle as kha bundle build wrote it')
        : problem(absent ? `there is no such file: ${why}` : why, file.path, 'a bundle that can be read'),
    );
  }
}

export type Unfit = Pick<RuleProblem, 'message' | 'found' | 'expected'> & Partial<RuleProblem>;

/** What a cluster wants and this bundle, or lock, does not have. */
export function unfit(
  cluster: Cluster,
  what: 'bundle' | 'lock',
  { kubernetes, images, files }: Pick<Description, 'kubernetes'> & Readonly<Record<'images' | 'files', object>>,
): Unfit[] {
  if (kubernetes !== cluster.kubernetesVersion)
    return [
      {
        message: `the ${what} is of Kubernetes ${kubernetes}`,
        found: kubernetes,
        expected: `a ${what} of ${cluster.kubernetesVersion}, or kubernetesVersion: ${kubernetes}`,
      },
    ];
  const lacking = [...new Set(cluster.hosts.flatMap((host) => imagesOf(cluster, host)))].filter(
    (name) => !Object.hasOwn(images, name),
  );
  return [
    ...(lacking.length > 0
      ? [
          {
            message: `the ${what} lacks images`,
            found: `none of ${lacking.join(', ')}`,
            expected: `a ${what} that is made for this version of kha`,
          },
        ]
      : []),
    ...locatedAddOns(cluster).flatMap(({ one, at }): Unfit[] => {
      const expected = `manifests/${one.name}.yaml`;
      if (!isBundled(one) || Object.hasOwn(files, expected)) return [];
      const message = `the ${what} has no such add-on`;
      return [{ path: at, message, found: one.name, expected: `${expected} in it` }];
    }),
  ];
}
