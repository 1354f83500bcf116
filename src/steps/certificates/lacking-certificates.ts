import { certificates } from '../../facts/certificate.js';
import { existing } from '../../facts/files.js';
import { keyPairs, state } from '../../facts/key-pairs.js';
import { signatures } from '../../facts/signatures.js';
import { dataPath } from '../etcd/standing.js';
import { Refusal } from '../refusal.js';
import type { CheckContext } from '../step.js';
import type { OwnCertificate } from './paths.js';
import { endingWords } from './request.js';

export interface Lacking<T extends OwnCertificate> {
  readonly certificate: T;
  /** What is wrong with it, beginning with its path. */
  readonly words: string;
}

/**
 * Those of the wanted certificates that a host has not, or not as they should be. One that ends within `renewal`
 * milliseconds is not. Throws Refusal where one of another authority lies on a host that serves.
 */
export async function lackingCertificates<T extends OwnCertificate>(
  context: CheckContext,
  wanted: readonly T[],
  renewal = 0,
): Promise<Lacking<T>[]> {
  if (wanted.length === 0) return [];
  const { host } = context;
  const [found, pairs, signed] = await Promise.all([
    host.read(certificates(wanted.map(({ path }) => path))),
    host.read(keyPairs(wanted.map(({ pair }) => pair))),
    host.read(signatures(wanted)),
  ]);
  const foreign: Lacking<T>[] = [];
  const missing = wanted.flatMap((certificate): Lacking<T>[] => {
    const { path, pair, names, authority } = certificate;
    const lacks = (words: string): Lacking<T>[] => [{ certificate, words: `${path} ${words}` }];
    const there = found.get(path);
    const held = state(pairs.get(pair.name));
    if (held === 'none' || held === 'part')
      return lacks(held === 'none' ? 'is not there' : 'has no key, or a key has none');
    if (held === 'broken' || !there) return lacks('is no certificate, or its key is another’s');
    if (signed.get(path) !== 'signed') {
      const unsigned = lacks(signed.has(path) ? `is not signed by ${authority}` : `is there without ${authority}`);
      foreign.push(...unsigned);
      return unsigned;
    }
    const ending = endingWords(there.expires, renewal);
    if (ending !== undefined) return lacks(ending);
    const unnamed = names.filter((name) => !there.names.includes(name));
    return unnamed.length > 0 ? lacks(`is not good for ${unnamed.join(', ')}`) : [];
  });
  if (foreign.length > 0) await refuseWhereItRuns(context, foreign);
  return missing;
}

/**
 * On a host that serves already, a certificate of another authority tells of two clusters mixed: whoever believes the one
 * would not believe the other, so neither side is changed.
 */
async function refuseWhereItRuns(
  { cluster, host }: CheckContext,
  foreign: readonly { readonly words: string }[],
): Promise<void> {
  const running = await host.read(existing(['/etc/kubernetes/admin.conf', dataPath(cluster)]));
  if (running.length > 0)
    throw new Refusal(
      `${foreign.map(({ words }) => words).join('; ')}, and the host serves already: ${running.join(', ')}`,
      'nothing was changed. See which authority the cluster believes; move the other files of that host away, then answer retry',
    );
}
