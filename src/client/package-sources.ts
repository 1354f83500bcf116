import { systems } from '../cluster/systems.js';
import type { PackageSources } from '../bundle/build/package-files.js';
import { UsageError } from './explain.js';

/**
 * What `--system` and `--packages` of `kha bundle build` ask for: `debian-13,debian-12` and `['rocky-9=DIR']`. Throws
 * UsageError.
 */
export function packageSources(named: string, folders: readonly string[], fetched: readonly string[]): PackageSources {
  const known = (name: string): string => {
    if (systems.some((one) => one.name === name)) return name;
    throw new UsageError(`${name} is no system that kha knows: ${systems.map((one) => one.name).join(', ')}`);
  };
  const sources = new Map<string, string | undefined>();
  for (const name of named.split(',')) sources.set(known(name.trim()), undefined);
  for (const one of folders) {
    const [, name = '', folder = ''] = /^([^=]+)=(.+)$/.exec(one) ?? [];
    if (folder === '') throw new UsageError(`--packages takes SYSTEM=DIR, such as rocky-9=rpms, not ${one}`);
    sources.set(known(name), folder);
  }
  const without = [...sources].flatMap(([name, folder]) =>
    folder === undefined && !fetched.includes(name) ? [name] : [],
  );
  if (without.length > 0)
    throw new UsageError(
      `packages of ${without.join(', ')} are taken from a folder: ${without.map((name) => `--packages ${name}=DIR`).join(' ')}`,
    );
  return sources;
}
