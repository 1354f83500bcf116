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
    const copies = await Promise.all(
      (await lacking(context)).map(async ({ path, from }) => {
        if (from === undefined)
          throw new Refusal(
            `${path} is not there, and no host that answers has it`,
            'see why the step before made none, then answer retry',
          );
        const found = await (await peer(from)).read(file(path, { secret: true }));
        if (!found?.content) throw new Error(`${path} of ${from} is gone`);
        return { path, ...found };
      }),
    );
    for (const { path, content, mode } of copies) await host.write(path, content, { mode: `0${mode}`, secret: true });
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
  const own = await holdingOf(cluster, host);
  const { pairs } = own;
  if (mine.every(({ name }) => hasWhole(cluster, name, pairs.get(name)))) return [];
  const found = await holdingsOf(context, own);
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
