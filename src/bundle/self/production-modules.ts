import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  /** As it was written once. */
  readonly licenses?: readonly { readonly type: string }[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export interface Module {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** As its package.json says (SPDX), else `unknown`: what lies in its folder goes along. */
  readonly licence: string;
}

/**
 * The packages that a package needs to run, found as Node finds them, whether they lie below it or beside it; those for
 * development are not among them. Throws where one is missing that is not optional.
 */
export async function productionModules(root: string): Promise<Module[]> {
  const found = new Map<string, Module>();
  const visit = async (folder: string): Promise<Manifest> => {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
    for (const [name, needed] of neededBy(manifest)) {
      const place = find(folder, name);
      if (place === undefined) {
        if (!needed) continue;
        throw new Error(`${manifest.name} needs ${name}, which is not installed (looked from ${folder} upwards)`);
      }
      if (found.has(place)) continue;
      // Noted before it is visited, as packages may need each other.
      found.set(place, { folder: place, name, version: '', licence: '' });
      const { version, license, licenses = [] } = await visit(place);
      const licence = license ?? (licenses.map(({ type }) => type).join(' OR ') || 'unknown');
      found.set(place, { folder: place, name, version, licence });
    }
    return manifest;
  };
  await visit(root);
  return [...found.values()].sort((one, other) => (one.folder < other.folder ? -1 : 1));
}

/** Names, and whether the package cannot do without. */
function neededBy(manifest: Manifest): Map<string, boolean> {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return new Map([
    ...[...Object.keys(dependencies), ...peers].map((name) => [name, true] as const),
    ...Object.keys(optionalDependencies).map((name) => [name, false] as const),
  ]);
}

function find(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (basename(folder) !== 'node_modules' && existsSync(join(place, 'package.json'))) return place;
    if (folder === dirname(folder)) return undefined;
  }
}
