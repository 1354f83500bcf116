import { access, constants } from 'node:fs/promises';
import { fieldOf, locatedAddOns } from '../../cluster/add-ons.js';
import { isAddress } from '../../cluster/chart-address.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { RuleProblem } from '../../cluster/rules.js';
import { hasOwnServer } from '../../engine/connection.js';
import { SpecProblems } from './problem.js';
import type { ReadSpec } from './read.js';
import { isAbsent, unreadWords } from './unread.js';

interface Named {
  readonly path: RuleProblem['path'];
  readonly file: string;
}

/** What a run will read where its worker runs, long after hosts were changed. Keys and passwords are read at the first login. */
const namedFiles = (cluster: Cluster): Named[] => [
  ...(cluster.source.registry?.ca === undefined
    ? []
    : [{ path: ['source', 'registry', 'ca'], file: cluster.source.registry.ca }]),
  ...cluster.files.flatMap(({ from }, index) =>
    from === undefined ? [] : [{ path: ['files', index, 'from'], file: from }],
  ),
  ...addOnFiles(cluster),
];

/** Those of the network of pods too. */
export const addOnFiles = (cluster: Pick<Cluster, 'addons' | 'networking'>): Named[] =>
  locatedAddOns(cluster).flatMap(({ one: { file, chart, values }, at }) =>
    Object.entries({ file, chart, values }).flatMap(([field, named]) =>
      named === undefined || isAddress(named) ? [] : [{ path: fieldOf(at, field), file: named }],
    ),
  );

/**
 * Refuses a spec that names files which cannot be read; where a server of the site’s own is configured they may lie on
 * another machine, with the worker, and that is warned of. Throws SpecProblems.
 */
export async function withReadableFiles(
  spec: ReadSpec,
  files = namedFiles(spec.cluster),
  elsewhere = hasOwnServer(),
): Promise<ReadSpec> {
  const problems = (await Promise.all(files.map((named) => unreadable(named, elsewhere)))).flat();
  if (problems.some(({ severity }) => severity === 'error')) throw new SpecProblems(spec.locate(problems), spec.text);
  return { ...spec, warnings: [...spec.warnings, ...spec.locate(problems)] };
}

async function unreadable({ path, file }: Named, elsewhere: boolean): Promise<RuleProblem[]> {
  try {
    await access(file, constants.R_OK);
    return [];
  } catch (error) {
    if (isAbsent(error) && elsewhere) {
      const message = 'the file is not on this machine, and cannot be looked at from here';
      return [{ path, message, found: file, expected: 'a file where the worker runs', severity: 'warning' }];
    }
    return [{ path, message: unreadWords(error), found: file, expected: 'a file that can be read', severity: 'error' }];
  }
}
