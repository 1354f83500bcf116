import type { Description } from './bundle-description.js';
import type { Cluster } from './cluster.js';
import type { Lock } from './lock.js';
import { below, splitAddress } from './registry-place.js';

/** What hosts fetch, by name: as a bundle’s description has it, with where each part is to be had. */
export interface FetchedFile {
  readonly digest: string;
  /** HTTPS. */
  readonly url: string;
  /** What of an archive it is, and the archive’s own digest. */
  readonly member?: { readonly name: string; readonly archive: string };
}

/** The lock of a cluster whose source is the internet. Throws where none was read or resolved: kha’s client does so. */
export function lockOf({ name, source: { internet } }: Cluster): Lock {
  const { lock } = internet ?? {};
  if (typeof lock !== 'object') throw new Error(`the spec of ${name} came without the lock of its source`);
  return lock;
}

/** The lock as a bundle describes itself, with its packages left to the systems of the hosts. */
export function describedLock(
  lock: Lock,
): Pick<Description, 'kubernetes' | 'images'> & { files: Record<string, FetchedFile> } {
  return {
    kubernetes: lock.kubernetes,
    images: Object.fromEntries(Object.entries(lock.images).map(([name, { digest }]) => [name, digest])),
    files: Object.fromEntries(
      Object.entries(lock.files).map(([name, { origin, digest, archive }]) => {
        const [url = '', member] = origin.split('#');
        return [name, { digest, url, ...(member && archive ? { member: { name: member, archive } } : {}) }];
      }),
    ),
  };
}

/** Where an image is published: `quay.io` and `calico/node`. */
export function publishedAt(origin: string): { registry: string; repository: string } {
  const slash = origin.indexOf('/');
  return { registry: origin.slice(0, slash), repository: origin.slice(slash + 1).replace(/:[^:/]*$/, '') };
}

/** What answers for a registry: its mirror, if the spec names one, and the path there below which all lies. */
export function answersFor(
  registry: string,
  mirrors: Readonly<Record<string, string>>,
): { host: string; prefix: string } {
  // Docker Hub’s images have the name of a host that is no registry.
  return splitAddress(mirrors[registry] ?? (registry === 'docker.io' ? 'registry-1.docker.io' : registry));
}

/** Where an image is asked for. */
export function askedAt(
  origin: string,
  mirrors: Readonly<Record<string, string>>,
): { host: string; repository: string } {
  const { registry, repository } = publishedAt(origin);
  const { host, prefix } = answersFor(registry, mirrors);
  return { host, repository: below(prefix, repository) };
}
