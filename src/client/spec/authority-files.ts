import { authorityFlaws } from '../../activities/authority-flaws.js';
import { HostFailure } from '../../activities/failure.js';
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
  const found = (await Promise.all(givenAuthorities(spec.cluster).map(problemsOf))).flat();
  const located = spec.locate(found);
  if (found.some(({ severity }) => severity === 'error')) throw new SpecProblems(located, spec.text);
  return { ...spec, warnings: [...spec.warnings, ...located] };
}

async function problemsOf({ field, cert, key }: GivenAuthority): Promise<RuleProblem[]> {
  const problem = (
    half: 'cert' | 'key',
    message: string,
    severity: RuleProblem['severity'] = 'error',
  ): RuleProblem => ({
    path: ['certificates', field, half],
    message,
    found: half === 'cert' ? cert : key,
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
  const [open, secret] = await Promise.all([read('cert', `file:${cert}`), read('key', key)]);
  const unread = [open, secret].filter((one) => typeof one === 'object');
  const flaws = typeof open === 'string' ? authorityFlaws(open, typeof secret === 'string' ? secret : undefined) : [];
  return [...unread, ...flaws.map(({ half, words }) => problem(half, words))];
}
