import { sha256 } from '../../facts/files.js';
import { system, type System } from '../../facts/system.js';
import type { Asked, Host } from '../host.js';
import { Refusal } from '../refusal.js';
import { sourceOf, type Contents } from '../source.js';
import type { ApplyContext, CheckContext } from '../step.js';

/** A file of the bundle and where it goes. */
export interface Placement {
  /** Its name in the bundle: `bin/kubeadm`. */
  readonly name: string;
  readonly path: string;
  /** Octal permissions. */
  readonly mode: string;
}

/** What of a bundle is for one host: `bin/kubeadm`, `deb/FILE.deb`, `rpm/FILE.rpm`, without its system. */
export interface HostBundle {
  readonly system: System;
  /** `name`: in the source, with its system. */
  readonly files: Readonly<Record<string, { readonly name: string; readonly digest: string }>>;
}

/** Leaves out the files of other systems. */
export const forHost = ({ files }: Pick<Contents, 'files'>, system: System): HostBundle => ({
  system,
  files: Object.fromEntries(
    Object.entries(files).flatMap(([name, { digest }]) => {
      const part = { name, digest };
      const [kind = '', of = '', ...rest] = name.split('/');
      if (rest.length === 0) return [[name, part]];
      return of === (kind === 'bin' ? system.arch : system.os) ? [[[kind, ...rest].join('/'), part]] : [];
    }),
  ),
});

/** What the bundle says of itself, or the lock of what is fetched from the internet. */
export async function describedBundle(context: CheckContext): Promise<Contents> {
  const found = await sourceOf(context).description();
  if (!found) throw new Error(`the bundle of ${context.cluster.name} is not in the registry any more`);
  return found;
}

export async function readBundle(context: CheckContext): Promise<HostBundle> {
  const [found, own] = await Promise.all([describedBundle(context), context.host.read(system)]);
  return forHost(found, own);
}

/** A file that is not where it belongs, and why, in words. */
export interface Misplaced {
  readonly placement: Placement;
  readonly words: string;
}

/** What a host was asked about before anybody knew which files belong there: the paths, and the digests of those that are there. */
export interface Digested {
  readonly paths: readonly string[];
  readonly found: ReadonlyMap<string, string>;
}

/** Which of the files are not on the host with the bundle's own digest. Asks for those that nobody has asked for. */
export async function misplaced(
  host: Asked,
  { files }: Pick<HostBundle, 'files'>,
  placements: readonly Placement[],
  known: Digested = { paths: [], found: new Map() },
): Promise<Misplaced[]> {
  const paths = placements.map(({ path }) => path).filter((path) => !known.paths.includes(path));
  const found = new Map([...known.found, ...(paths.length > 0 ? await host.read(sha256(paths)) : [])]);
  return placements.flatMap((placement) => {
    const { name, path } = placement;
    const wanted = files[name]?.digest;
    if (!wanted) return [{ placement, words: `${name} is not in the bundle` }];
    const there = found.get(path);
    if (!there) return [{ placement, words: `${path} is not there` }];
    return `sha256:${there}` === wanted ? [] : [{ placement, words: `${path} is not the one of the bundle` }];
  });
}

/**
 * Fetches files into place, one after another in one command. The digest is proved beside the target before anything is
 * replaced, so a corrupt or cut download leaves the old file as it was; the files before it stay.
 */
export async function fetchFiles(
  context: ApplyContext & { host: Host },
  { files }: Pick<HostBundle, 'files'>,
  placements: readonly Placement[],
): Promise<void> {
  const wanted = placements.map(({ name, path, mode }) => {
    const entry = files[name];
    if (!entry) throw new Refusal(`${name} is not in the bundle`, 'take a bundle that has it, then answer retry');
    return { name: entry.name, digest: entry.digest, path, mode };
  });
  if (wanted.length === 0) return;
  const { script, stdin } = await sourceOf(context).fetching(wanted);
  await context.host.run(script, { stdin });
}
