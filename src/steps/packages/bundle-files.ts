import type { Cluster } from '../../cluster/cluster.js';
import { sha256 } from '../../facts/files.js';
import { bundle, bundleUrl, registryScript, type Bundle } from '../../facts/registry.js';
import { sh } from '../../facts/sh.js';
import type { Asked, Host } from '../host.js';
import { registryAccess } from '../registry-access.js';
import type { ApplyContext, CheckContext } from '../step.js';

/** A file of the bundle and where it goes. */
export interface Placement {
  /** Its name in the bundle: `bin/kubeadm`. */
  readonly name: string;
  readonly path: string;
  /** Octal permissions. */
  readonly mode: string;
}

export async function readBundle(context: CheckContext): Promise<Bundle> {
  const found = await context.host.read(bundle(context.cluster, await registryAccess(context)));
  if (!found)
    throw new Error(
      `the bundle ${context.cluster.registry.bundle}:${context.cluster.kubernetes} cannot be read from the registry`,
    );
  return found;
}

/** Which of the files are not on the host with the bundle's own digest; in words. */
export async function misplaced(
  host: Asked,
  { files }: Bundle,
  placements: readonly Placement[],
): Promise<{ placement: Placement; words: string }[]> {
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
 * Fetches files into place. The digest is proved beside the target before anything is replaced, so a corrupt or cut
 * download leaves the old file as it was.
 */
export async function fetchFiles(
  context: ApplyContext & { host: Host },
  { files }: Bundle,
  placements: readonly Placement[],
): Promise<void> {
  for (const { name, path, mode } of placements) {
    const entry = files[name];
    if (!entry) throw new Error(`${name} is not in the bundle`);
    await context.host.run(fetchScript(context.cluster, entry.digest, path, mode), {
      stdin: await registryAccess(context),
    });
  }
}

function fetchScript(cluster: Cluster, digest: string, path: string, mode: string): string {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return (
    `set -e; ${registryScript(cluster)}` +
    sh`mkdir -p ${folder}; file=$(mktemp -p ${folder} .kha.XXXXXX); ` +
    sh`get -f -o "$file" ${`${bundleUrl(cluster)}/blobs/${digest}`} || { rm -f "$file"; exit 1; }; ` +
    sh`if ! echo ${digest.replace('sha256:', '')}"  $file" | sha256sum -c --status; then rm -f "$file"; echo ${`${path}: the download does not have the digest ${digest}`} >&2; exit 1; fi; ` +
    sh`chmod ${mode} "$file"; sync "$file"; mv -f "$file" ${path}`
  );
}
