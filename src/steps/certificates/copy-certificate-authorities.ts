import { file } from '../../facts/files.js';
import type { Held, KeyPair } from '../../facts/key-pairs.js';
import type { Cluster } from '../../cluster/cluster.js';
import { isKeyless } from '../../cluster/given-authorities.js';
import { Refusal } from '../refusal.js';
import type { CheckContext, Step } from '../step.js';
import { hasWhole, holdingOf, holdingsOf, refuseDifferent, sourceOf } from './holdings.js';
import { authorities, authorityHosts } from './paths.js';

export const copyCertificateAuthorities: Step = {
  name: 'copyCertificateAuthorities',
  does: 'Copy the certificate authorities that the host lacks from one that has them, host to host',
  on: authorityHosts,
  pace: 'all at once',
  retry: 'edit',
  needs: ['first certificate authorities'],
  gives: 'certificate authorities',
  check: async (context) => (await lacking(context)).map(({ path }) => `${path} is not there`),
  // The keys pass through the worker's memory only: neither its disk nor the history ever holds them.
  async apply(context) {
    const { host, peer } = context;
    for (const { path, from } of await lacking(context)) {
      if (from === undefined)
        throw new Refusal(
          `${path} is not there, and no host that answers has it`,
          'see why the step before made none, then answer retry',
        );
      const found = await (await peer(from)).read(file(path, { secret: true }));
      if (!found?.content) throw new Error(`${path} of ${from} is gone`);
      await host.write(path, found.content, { mode: `0${found.mode}`, secret: true });
    }
  },
};

interface Lacking {
  readonly path: string;
  /** A host that has it. */
  readonly from: string | undefined;
}

/** Files of authorities that are not there. What is there is never written again, whatever others have. */
async function lacking(context: CheckContext): Promise<Lacking[]> {
  const { cluster, host } = context;
  const mine = authorities(cluster, host.machine);
  const { pairs } = await holdingOf(cluster, host);
  if (mine.every(({ name }) => hasWhole(cluster, name, pairs.get(name)))) return [];
  const found = await holdingsOf(context);
  refuseDifferent(cluster, found);
  return mine.flatMap((one) => {
    const from = sourceOf(cluster, found, one);
    return absentOf(cluster, one, pairs.get(one.name)!).map((path) => ({ path, from }));
  });
}

/** The key first: a certificate alone would tell kubeadm that somebody else keeps the key. */
const absentOf = (cluster: Cluster, pair: KeyPair, held: Held): string[] =>
  (['private', 'public'] as const)
    .filter((half) => held[half] === 'absent' && !(half === 'private' && isKeyless(cluster, pair.name)))
    .map((half) => pair[half]);
