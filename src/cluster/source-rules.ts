import type { Cluster } from './cluster.js';
import { error, type RuleProblem } from './rule-problem.js';

/** What is wrong with where packages and images are to come from. */
export function sourceProblems({ source: { registry, file } }: Pick<Cluster, 'source'>): RuleProblem[] {
  if (!registry === !file)
    return [
      error(
        ['source'],
        registry ? 'packages and images come from one place' : 'this names no place that packages and images come from',
        registry ? 'registry and file' : 'nothing',
        'registry or file',
      ),
    ];
  if (!file || (file.key === undefined) === (file.unsigned === true)) return [];
  return [
    error(
      ['source', 'file'],
      file.key === undefined ? 'nobody proves who made this bundle' : 'a bundle is signed, or taken unsigned',
      file.key === undefined ? 'neither key nor unsigned' : 'key and unsigned',
      'key: FILE (a public key that it is signed with), or unsigned: true',
    ),
  ];
}
