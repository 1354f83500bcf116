import { parse, stringify } from 'yaml';
import type { Description } from '../../cluster/bundle-description.js';
import { fetchedByHosts, lockSchema, type Lock, type LockedPart as Part } from '../../cluster/lock.js';
import type { Source } from '../write-archive.js';

/** A build that resolved otherwise than its lock file says, or a lock file that cannot be read. */
export class LockRefused extends Error {}

/** `from`: `modules with go1.26.8`, `official downloads`. */
export function lockOf(from: string, source: Source, description: Description): Lock {
  const versions = new Map(source.files.map(({ name, version }) => [name, version]));
  return {
    lock: 1,
    kubernetes: description.kubernetes,
    from,
    files: byName(
      Object.entries(description.files).map(([name, { origin, digest: of, licence }]) => [
        name,
        { version: versions.get(name) ?? description.kubernetes, origin, digest: of, licence },
      ]),
    ),
    images: byName(
      source.images.map(({ name, origin, licence }) => [
        name,
        { version: name.slice(name.lastIndexOf(':') + 1), origin, digest: description.images[name]!, licence },
      ]),
    ),
  };
}

export const byName = (parts: readonly (readonly [string, Part])[]): Record<string, Part> =>
  Object.fromEntries([...parts].sort(([one], [other]) => (one < other ? -1 : 1)));

export const lockText = (lock: Lock): string =>
  (lock.from === fetchedByHosts
    ? '# Everything that hosts fetch from the internet. Name it in a spec: source: { internet: { lock: FILE } }\n'
    : '# Everything that went into a bundle. kha bundle build --lock refuses what resolves otherwise.\n') +
  stringify(lock, { lineWidth: 0 });

/** Throws LockRefused. */
export function parseLock(text: string, file: string): Lock {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new LockRefused(`${file} is no YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const result = lockSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new LockRefused(`${file} is no lock of a bundle: ${issue?.path.join(' ') ?? ''}: ${issue?.message ?? ''}`);
}

/** Throws LockRefused with every part that the build has otherwise than the lock. */
export function demandLocked(locked: Lock, built: Lock, file: string): void {
  const problems = [
    ...(['kubernetes', 'from'] as const).flatMap((field) =>
      locked[field] === built[field] ? [] : [`${field}: ${locked[field]} is locked, and this is ${built[field]}`],
    ),
    ...(['files', 'images'] as const).flatMap((kind) => differences(locked[kind], built[kind])),
  ];
  if (problems.length > 0)
    throw new LockRefused(
      `what was resolved is not what ${file} has; nothing was written:\n${problems.map((one) => `  ${one}`).join('\n')}`,
    );
}

function differences(locked: Readonly<Record<string, Part>>, built: Readonly<Record<string, Part>>): string[] {
  return [...new Set([...Object.keys(locked), ...Object.keys(built)])].sort().flatMap((name) => {
    const [wanted, found] = [locked[name], built[name]];
    if (!wanted) return [`${name} (${found!.version}) is not locked`];
    if (!found) return [`${name} (${wanted.version}) is locked, and not there any more`];
    return (['version', 'origin', 'licence', 'digest'] as const).flatMap((field) =>
      wanted[field] === found[field] ? [] : [`${name}: its ${field} is ${found[field]}, locked is ${wanted[field]}`],
    );
  });
}

/** Why hosts cannot fetch what a lock has; undefined where they can. */
export function lockProblem({ from, files }: Lock): string | undefined {
  if (from !== fetchedByHosts)
    return `this is the lock of a bundle (${from}), whose parts are not all to be had elsewhere: kha bundle lock makes one`;
  const [name, { origin }] = Object.entries(files).find(([, part]) => !isFetched(part)) ?? ['', { origin: '' }];
  return name === '' ? undefined : `${name} has no HTTPS address, or an archive without its SHA-256: ${origin}`;
}

const isFetched = ({ origin, archive }: Part): boolean =>
  /^https:\/\/[\w.-]+(:\d+)?\/[^#\s]+(#[^#\s]+)?$/.test(origin) && origin.includes('#') === (archive !== undefined);
