import { authorityFlaws } from '../../activities/authority-flaws.js';
import { HostFailure } from '../../activities/failure.js';
import { folderFlaws } from '../../activities/request-folder.js';
import { readSecret } from '../../activities/secrets.js';
import { givenAuthorities, type GivenAuthority } from '../../cluster/given-authorities.js';
import type { RuleProblem } from '../../cluster/rules.js';
import { hasOwnServer } from '../../engine/connection.js';
import { SpecProblems } from './problem.js';
import type { ReadSpec } from './read.js';

/**
 * Looks at the authorities that a spec gives. Where a server of the site’s own is configured they may lie on another machine,
 * with the worker, which looks as well; so may a variable with a key. Throws SpecProblems.
 */
export async function withProvedAuthorities(spec: ReadSpec): Promise<ReadSpec> {
  const [folder, ...given] = await Promise.all([
    problemsOfFolder(spec.cluster.certificates.requests),
    ...givenAuthorities(spec.cluster).map(problemsOf),
  ]);
  const found = [...given.flat(), ...folder];
  const located = spec.locate(found);
  if (found.some(({ severity }) => severity === 'error')) throw new SpecProblems(located, spec.text);
  return { ...spec, warnings: [...spec.warnings, ...located] };
}

async function problemsOfFolder(folder: string | undefined): Promise<RuleProblem[]> {
  if (folder === undefined) return [];
  const severity = hasOwnServer() ? 'warning' : 'error';
  return (await folderFlaws(folder)).map((message) => ({
    path: ['certificates', 'requests'],
    message,
    found: folder,
    expected: 'a folder where the worker runs that it may write to',
    severity,
  }));
}

async function problemsOf({ field, cert, key }: GivenAuthority): Promise<RuleProblem[]> {
  const problem = (
    half: 'cert' | 'key',
    message: string,
    severity: RuleProblem['severity'] = 'error',
  ): RuleProblem => ({
    path: ['certificates', field, half],
    message,
    found: half === 'cert' ? cert : String(key),
    expected: half === 'cert' ? 'the certificate of an authority, in PEM' : 'its private key, in PEM',
    severity,
  });
  const read = async (half: 'cert' | 'key', reference: string): Promise<string | RuleProblem> => {
    try {
      return await readSecret(reference);
    } catch (error) {
      if (!(error instanceof HostFailure)) throw error;
      const elsewhere = hasOwnServer() || reference.startsWith('env:');
      return problem(half, `it cannot be looked at from here: ${error.reason}`, elsewhere ? 'warning' : 'error');
    }
  };
  const [open, secret] = await Promise.all([
    read('cert', `file:${cert}`),
    key === undefined ? undefined : read('key', key),
  ]);
  const unread = [open, secret].filter((one) => typeof one === 'object');
  const flaws = typeof open === 'string' ? authorityFlaws(open, typeof secret === 'string' ? secret : undefined) : [];
  return [...unread, ...flaws.map(({ half, words }) => problem(half, words))];
}
