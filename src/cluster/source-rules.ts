import type { Cluster } from './cluster.js';
import { error, type RuleProblem } from './rule-problem.js';

/** What is wrong with where packages and images are to come from. */
export function sourceProblems({ source }: Pick<Cluster, 'source'>): RuleProblem[] {
  const { file } = source;
  const named = Object.entries(source).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (named.length !== 1)
    return [
      error(
        ['source'],
        named.length > 1
          ? 'packages and images come from one place'
          : 'this names no place that packages and images come from',
        named.length > 1 ? named.join(' and ') : 'nothing',
        'internet, registry or file',
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
