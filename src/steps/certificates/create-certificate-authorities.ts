import type { Cluster } from '../../cluster/cluster.js';
import { givenAuthorities, isKeyless, type GivenAuthority } from '../../cluster/given-authorities.js';
import { controlPlanes } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import { state } from '../../facts/key-pairs.js';
import { answers } from '../fitness.js';
import { Refusal } from '../refusal.js';
import type { CheckContext, Step } from '../step.js';
import { holdingsOf, refuseDifferent, sourceOf, type Holdings } from './holdings.js';
import { makeAuthorities, type LaidAuthority } from './make-authorities.js';
import { byPhases, type Making } from './making.js';
import { authorities, pki } from './paths.js';

export const creatingAuthorities = ({
  name,
  does,
  by,
}: Pick<Step, 'name' | 'does'> & { readonly by: (cluster: Cluster, phases: readonly string[]) => Making }): Step => ({
  name,
  does,
  on: controlPlanes,
  pace: { once: answers },
  retry: 'edit',
  needs: ['packages'],
  gives: 'first certificate authorities',
  async check(context) {
    const found = await holdingsOf(context);
    const missing = wanting(context, found);
    await refuseOthers(context, found);
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
    const phases = missing.flatMap(({ phase, name = '' }) => (isKeyless(context.cluster, name) ? [] : (phase ?? [])));
    // All answered and none has any: whichever makes them, it must be the same one in every attempt.
    const maker = found.answered.find((one) => one.staged)?.host ?? controlPlanes(context.cluster)[0]?.name;
    const lacking = givenAuthorities(context.cluster).filter(({ name }) => missing.some((one) => one.name === name));
    const given = await Promise.all(lacking.map((one) => usable(context, one)));
    if (maker !== undefined) await makeAuthorities(await context.peer(maker), by(context.cluster, phases), given);
  },
});

export const createCertificateAuthorities: Step = creatingAuthorities({
  name: 'createCertificateAuthorities',
  does: 'Make the certificate authorities and the service account key, once every control plane has said that it has none',
  by: (_, phases) => byPhases(phases),
});

interface Wanting {
  readonly words: string;
  /** Of an authority that is to be made: its name, and kubeadm's phase. */
  readonly name?: string;
  readonly phase?: string;
}

/** A given authority's files. Throws Refusal where they are none: preflight saw them, but may be long past. */
async function usable({ authority }: CheckContext, given: GivenAuthority): Promise<LaidAuthority> {
  const { cert, key, flaws } = await authority(given);
  if (flaws.length > 0)
    throw new Refusal(flaws.join('; '), 'nothing was made; put the right file there, then answer retry');
  return { name: given.name, cert, ...(key === undefined ? {} : { key }) };
}

/**
 * Throws Refusal where the hosts have another authority than the spec gives: it would never be replaced. A file that is not
 * there any more is no matter, once the cluster has what was in it.
 */
async function refuseOthers({ cluster, peer, secret, warn }: CheckContext, found: Holdings): Promise<void> {
  for (const { field, name, cert } of givenAuthorities(cluster)) {
    const source = sourceOf(cluster, found, { name });
    if (source === undefined) continue;
    const path = `${pki}/${name}.crt`;
    const wanted = await secret(`file:${cert}`).catch(() => undefined);
    if (wanted === undefined) {
      warn(
        `${cert} cannot be read, so nobody compared it with the ${name} that the hosts have; certificates.${field} may be left out now`,
      );
      continue;
    }
    const there = await (await peer(source)).read(file(path));
    if (there && encoded(there.content) !== encoded(wanted))
      throw new Refusal(
        `${source} has another ${name} than certificates.${field} (${cert})`,
        'an authority is never replaced: answer abort and put the first file back, or reset the hosts and install again',
      );
  }
}

/** What a PEM file encodes: some tools write text around it. */
const encoded = (text: string): string =>
  (/-----BEGIN CERTIFICATE-----([^-]*)-----END/.exec(text)?.[1] ?? text).replace(/\s/g, '');

/**
 * What no host has whole, and the phase of kubeadm that makes it. Throws what a host said that could not be asked, and
 * Refusal where authorities differ, or where one is lost that a cluster was made with: nobody can make that one again.
 */
function wanting({ cluster }: CheckContext, found: Holdings): Wanting[] {
  refuseDifferent(cluster, found);
  const [first] = controlPlanes(cluster);
  const none = first ? authorities(cluster, first).filter((one) => sourceOf(cluster, found, one) === undefined) : [];
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
    name,
    words: `no host has ${name}`,
    phase: name === 'sa' ? name : name.replace('/', '-'),
  }));
}
