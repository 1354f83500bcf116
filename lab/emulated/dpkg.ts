import { basename } from 'node:path';

/** Entries of a dpkg status file (deb822(5)). */
const entriesOf = (status: string): string[] => status.split(/\n{2,}/).filter((entry) => entry.trim() !== '');

const field = (entry: string, name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(entry)?.[1] ?? '';

/** Names of the packages that a dpkg status file has. */
export const packagesOf = (status: string): string[] => entriesOf(status).map((entry) => field(entry, 'Package'));

/** Versions by package, out of the names that apt gives files. */
export const versionsOf = (debs: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    debs.map((deb) => {
      const [name = '', version = ''] = basename(deb).split('_');
      return [name, decodeURIComponent(version)];
    }),
  );

/** The same packages of another architecture, in the versions that it has them in: its builds are counted apart. */
export function statusOf(status: string, versions: ReadonlyMap<string, string>, architecture: string): string {
  const changed = entriesOf(status).map((entry) => {
    const name = field(entry, 'Package');
    const version = versions.get(name);
    if (version === undefined) throw new Error(`${name} was not fetched for ${architecture}`);
    return entry
      .replace(/^Architecture: amd64$/m, `Architecture: ${architecture}`)
      .replace(/^Version: .*$/m, `Version: ${version}`)
      .trim();
  });
  return `${changed.join('\n\n')}\n`;
}
