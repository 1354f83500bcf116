import type { Cluster, Machine } from '../../cluster/cluster.js';
import { isKeyless } from '../../cluster/given-authorities.js';
import { existing } from '../../facts/files.js';
import { keyPairs, state, type Held, type KeyPair } from '../../facts/key-pairs.js';
import type { Asked } from '../host.js';
import { Refusal } from '../refusal.js';
import type { CheckContext } from '../step.js';
import { dataPath } from '../etcd/standing.js';
import { authorities, authorityHosts, ownCertificates, sharedCertificates, staged } from './paths.js';

/** What one host has of the cluster's authorities. */
export interface Holding {
  readonly host: string;
  readonly pairs: ReadonlyMap<string, Held>;
  /** Authorities made on this host that are not all in their place yet. */
  readonly staged: boolean;
  /** Paths that tell of a cluster that was made with some authority. */
  readonly traces: readonly string[];
}

export interface Holdings {
  readonly answered: readonly Holding[];
  /** Why hosts could not be asked, by host. */
  readonly silent: ReadonlyMap<string, unknown>;
}

export async function holdingOf(cluster: Cluster, host: Asked): Promise<Holding> {
  const { machine } = host;
  const signs = [
    ...ownCertificates(cluster, machine).map(({ path }) => path),
    '/etc/kubernetes/admin.conf',
    dataPath(cluster),
  ];
  const [pairs, found] = await Promise.all([
    host.read(keyPairs(authorities(cluster, machine))),
    host.read(existing([staged, ...signs])),
  ]);
  const traces = found.filter((path) => path !== staged);
  return { host: machine.name, pairs, staged: found.includes(staged), traces };
}

/**
 * Asks every host that has authorities, but for one of which it is `known`. Who cannot be asked, or whose answer cannot be
 * read, is not one that has none.
 */
export async function holdingsOf(
  { cluster, peer }: Pick<CheckContext, 'cluster' | 'peer'>,
  known?: Holding,
): Promise<Holdings> {
  const silent = new Map<string, unknown>();
  const ask = async ({ name }: Machine): Promise<Holding[]> => {
    if (name === known?.host) return [known];
    try {
      return [await holdingOf(cluster, await peer(name))];
    } catch (error) {
      silent.set(name, error);
      return [];
    }
  };
  return { answered: (await Promise.all(authorityHosts(cluster).map(ask))).flat(), silent };
}

/** Whether a host has all that it should have of an authority: of one whose key stays away the certificate alone. */
export const hasWhole = (cluster: Cluster, name: string, held?: Held): boolean =>
  isKeyless(cluster, name) ? typeof held?.public === 'object' && held.private === 'absent' : state(held) === 'whole';

/** The name of the first host that has this authority whole. */
export const sourceOf = (
  cluster: Cluster,
  { answered }: Holdings,
  { name }: Pick<KeyPair, 'name'>,
): string | undefined => answered.find(({ pairs }) => hasWhole(cluster, name, pairs.get(name)))?.host;

/**
 * Throws Refusal where hosts have different authorities of one name, or one that nobody can use: kha replaces none, since
 * whatever was signed with it would no longer be believed.
 */
export function refuseDifferent(cluster: Cluster, { answered }: Holdings): void {
  const problems: string[] = [];
  const all = new Map(
    authorityHosts(cluster).flatMap((machine) => authorities(cluster, machine).map((one) => [one.name, one])),
  );
  for (const { name, private: keyFile, public: publicFile } of all.values()) {
    const prints = new Map<string, string[]>();
    const certificates = new Map<string, string>();
    const lone: { host: string; key: string }[] = [];
    for (const { host, pairs } of answered) {
      const held = pairs.get(name);
      if (!held) continue;
      if (isKeyless(cluster, name) && held.private !== 'absent')
        problems.push(`${host}: ${keyFile} is there, and the spec says that this key stays away`);
      if (state(held) === 'broken')
        problems.push(`${host}: ${publicFile} and ${keyFile} do not belong together, or one of them cannot be read`);
      else if (typeof held.public === 'object') {
        prints.set(held.public.print, [...(prints.get(held.public.print) ?? []), host]);
        certificates.set(held.public.key, host);
      } else if (typeof held.private === 'object') lone.push({ host, key: held.private.key });
    }
    // Each master makes anew what was signed for all of them: whole pairs of different masters are both good.
    const mayDiffer =
      sharedCertificates.some(({ pair }) => pair.name === name) &&
      answered.every(({ pairs }) => ['whole', 'none'].includes(state(pairs.get(name))));
    if (prints.size > 1 && !mayDiffer)
      problems.push(
        `${name} differs: ${[...prints].map(([print, hosts]) => `${hosts.join(', ')} ${hosts.length > 1 ? 'have' : 'has'} ${short(print)}`).join('; ')}`,
      );
    for (const { host, key } of lone)
      if (certificates.size > 0 && !certificates.has(key))
        problems.push(
          `${host}: ${keyFile} is not the key of ${publicFile} of ${[...certificates.values()].join(', ')}`,
        );
  }
  if (problems.length > 0)
    throw new Refusal(
      problems.join('; '),
      'nothing was changed. See which hosts belong to the cluster that is to live; on the others move the files named here away (or reset the host), then answer retry',
    );
}

/** The beginning of a SHA-256 fingerprint, as openssl writes it. */
const short = (print: string): string => `SHA-256 ${print.slice(0, 16).toUpperCase().match(/../g)!.join(':')}…`;
