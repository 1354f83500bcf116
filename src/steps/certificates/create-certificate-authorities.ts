import { controlPlanes } from '../../cluster/roles.js';
import { state } from '../../facts/key-pairs.js';
import { answers } from '../fitness.js';
import { Refusal } from '../refusal.js';
import type { CheckContext, Step } from '../step.js';
import { holdingsOf, refuseDifferent, sourceOf, type Holdings } from './holdings.js';
import { makeAuthorities } from './make-authorities.js';
import { authorities } from './paths.js';

export const createCertificateAuthorities: Step = {
  name: 'createCertificateAuthorities',
  does: 'Make the certificate authorities and the service account key, once every control plane has said that it has none',
  on: controlPlanes,
  pace: { once: answers },
  retry: 'edit',
  needs: ['packages'],
  gives: 'first certificate authorities',
  async check(context) {
    const found = await holdingsOf(context);
    const missing = wanting(context, found);
    if (missing.length === 0)
      for (const name of found.silent.keys())
        context.warn(
          `${name} could not be asked which authorities it has, so nobody knows whether they are the others’`,
        );
    return missing.map(({ words }) => words);
  },
  async apply(context) {
    const found = await holdingsOf(context);
    const missing = wanting(context, found);
    if (missing.length === 0) return;
    const phases = missing.flatMap(({ phase }) => phase ?? []);
    // All answered and none has any: whichever makes them, it must be the same one in every attempt.
    const maker = found.answered.find((one) => one.staged)?.host ?? controlPlanes(context.cluster)[0]?.name;
    if (maker !== undefined) await makeAuthorities(await context.peer(maker), phases);
  },
};

/**
 * What no host has whole, and the phase of kubeadm that makes it. Throws what a host said that could not be asked, and
 * Refusal where authorities differ, or where one is lost that a cluster was made with: nobody can make that one again.
 */
function wanting({ cluster }: CheckContext, found: Holdings): { words: string; phase?: string }[] {
  refuseDifferent(cluster, found);
  const [first] = controlPlanes(cluster);
  const none = first ? authorities(cluster, first).filter((one) => sourceOf(found, one) === undefined) : [];
  const unfinished = found.answered.filter(({ staged }) => staged);
  if (none.length === 0 && unfinished.length === 0) return [];
  for (const error of found.silent.values()) throw error;
  if (unfinished.length > 0)
    return unfinished.map(({ host }) => ({ words: `${host} has made authorities that are not in their place yet` }));
  const names = none.map(({ name }) => name).join(', ');
  const ruins = found.answered.flatMap(({ host, pairs, traces }) => [
    ...traces.slice(0, 1).map((path) => `${host} has ${path}`),
    ...none
      .filter(({ name }) => state(pairs.get(name)) === 'part')
      .map(({ name }) => `${host} has one half of ${name}`),
  ]);
  if (ruins.length > 0)
    throw new Refusal(
      `no host has ${names} whole, yet a cluster was made with it: ${ruins.join('; ')}`,
      'put the files back from a backup on one master, then answer retry; where that cluster is to be given up, reset the hosts first',
    );
  return none.map(({ name }) => ({
    words: `no host has ${name}`,
    phase: name === 'sa' ? name : name.replace('/', '-'),
  }));
}
