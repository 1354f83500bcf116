import type { GivenAuthority } from '../cluster/given-authorities.js';
import type { AuthorityFiles } from '../steps/step.js';
import { authorityFlaws } from './authority-flaws.js';
import { readSecret } from './secrets.js';

/** Reads a given authority where the worker runs, and says what is wrong with it. Throws SecretMissing where a half is not there. */
export async function readAuthority({ field, cert, key }: GivenAuthority): Promise<AuthorityFiles> {
  const [open, secret] = await Promise.all([
    readSecret(`file:${cert}`),
    key === undefined ? undefined : readSecret(key),
  ]);
  const flaws = authorityFlaws(open, secret).map(
    ({ half, words }) => `certificates.${field}.${half}, ${half === 'cert' ? cert : String(key)}: ${words}`,
  );
  return { cert: `${open}\n`, ...(secret === undefined ? {} : { key: `${secret}\n` }), flaws };
}
