import type { Description, Part } from '../../cluster/bundle-description.js';
import { sha256 } from '../../facts/files.js';
import { registryScript } from '../../facts/registry-script.js';
import { sh, temporaryFile } from '../../facts/sh.js';
import { system, type System } from '../../facts/system.js';
import type { Asked, Host } from '../host.js';
import { sourceOf, type RegistryAccess } from '../source.js';
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
  readonly files: Readonly<Record<string, Part>>;
}

/** Leaves out the files of other systems. */
export const forHost = ({ files }: Pick<Description, 'files'>, system: System): HostBundle => ({
  system,
  files: Object.fromEntries(
    Object.entries(files).flatMap(([name, part]) => {
      const [kind = '', of = '', ...rest] = name.split('/');
      if (rest.length === 0) return [[name, part]];
      return of === (kind === 'bin' ? system.arch : system.os) ? [[[kind, ...rest].join('/'), part]] : [];
    }),
  ),
});

/** What the bundle says of itself. */
export async function describedBundle(context: CheckContext): Promise<Description> {
  const found = await sourceOf(context).description();
  if (!found) throw new Error(`the bundle of ${context.cluster.name} is not in the registry any more`);
  return found;
}

export async function readBundle(context: CheckContext): Promise<HostBundle> {
  const found = await describedBundle(context);
  return forHost(found, await context.host.read(system));
}

/** Which of the files are not on the host with the bundle's own digest; in words. */
export async function misplaced(
  host: Asked,
  { files }: Pick<HostBundle, 'files'>,
  placements: readonly Placement[],
): Promise<{ placement: Placement; words: string }[]> {
  if (placements.length === 0) return [];
  const found = await host.read(sha256(placements.map(({ path }) => path)));
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
  const fetches = placements.map(({ name, path, mode }) => {
    const entry = files[name];
    if (!entry) throw new Error(`${name} is not in the bundle`);
    return sh`fetch ${entry.digest} ${path} ${mode}`;
  });
  if (fetches.length === 0) return;
  const access = await sourceOf(context).registry();
  await context.host.run(`set -e; ${registryScript(access.place)}${fetchFunction(access)}${fetches.join('; ')}`, {
    stdin: access.stdin,
  });
}

/** `fetch DIGEST PATH MODE`, in sh. */
const fetchFunction = ({ place }: RegistryAccess): string =>
  temporaryFile +
  'fetch() { folder=${2%/*}; mkdir -p "$folder"; temporary "$folder"; ' +
  sh`get ${place.bundle} "blobs/$1" -f -o "$file" || { rm -f "$file"; exit 1; }; ` +
  'if ! echo "${1#sha256:}  $file" | sha256sum -c --status; then rm -f "$file"; echo "$2: the download does not have the digest $1" >&2; exit 1; fi; ' +
  'chmod "$3" "$file"; sync "$file"; mv -f "$file" "$2"; }; ';
