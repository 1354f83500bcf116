import { certificates } from '../../facts/certificate.js';
import { existing } from '../../facts/files.js';
import { keyPairs, state } from '../../facts/key-pairs.js';
import { signatures } from '../../facts/signatures.js';
import { dataPath } from '../etcd/standing.js';
import { Refusal } from '../refusal.js';
import type { CheckContext, Step } from '../step.js';
import { makeCertificate } from './make-certificate.js';
import { authorityHosts, ownCertificates, type OwnCertificate } from './paths.js';

export const createCertificates: Step = {
  name: 'createCertificates',
  does: 'Make the host’s own certificates from the shared authorities',
  on: authorityHosts,
  pace: 'all at once',
  retry: 'edit',
  // Each host copies before it makes its own.
  needs: ['certificate authorities'],
  gives: 'certificates',
  check: async (context) => (await lacking(context)).map(({ words }) => words),
  async apply(context) {
    for (const { certificate } of await lacking(context)) await makeCertificate(context.host, certificate);
  },
};

interface Lacking {
  readonly certificate: OwnCertificate;
  readonly words: string;
}

async function lacking(context: CheckContext): Promise<Lacking[]> {
  const { cluster, host } = context;
  const wanted = ownCertificates(cluster, host.machine);
  const [found, pairs, signed] = await Promise.all([
    host.read(certificates(wanted.map(({ path }) => path))),
    host.read(keyPairs(wanted.map(({ pair }) => pair))),
    host.read(signatures(wanted)),
  ]);
  const foreign: Lacking[] = [];
  const missing = wanted.flatMap((certificate): Lacking[] => {
    const { path, pair, names, authority } = certificate;
    const lacks = (words: string): Lacking[] => [{ certificate, words: `${path} ${words}` }];
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
    if (there.expires < Date.now()) return lacks('has expired');
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
async function refuseWhereItRuns({ cluster, host }: CheckContext, foreign: readonly Lacking[]): Promise<void> {
  const running = await host.read(existing(['/etc/kubernetes/admin.conf', dataPath(cluster)]));
  if (running.length > 0)
    throw new Refusal(
      `${foreign.map(({ words }) => words).join('; ')}, and the host serves already: ${running.join(', ')}`,
      'nothing was changed. See which authority the cluster believes; move the other files of that host away, then answer retry',
    );
}
