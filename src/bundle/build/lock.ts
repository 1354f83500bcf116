import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { digest, type Description } from '../../cluster/bundle-description.js';
import type { Source } from '../write-archive.js';

/** A build that resolved otherwise than its lock file says, or a lock file that cannot be read. */
export class LockRefused extends Error {}

const part = z.strictObject({
  version: z.string(),
  /** A download’s URL, or a module and its version. */
  origin: z.string(),
  digest,
  /** SPDX expression. */
  licence: z.string(),
});
const lockSchema = z.strictObject({
  lock: z.literal(1),
  kubernetes: z.string(),
  /** What it is built from, and with what. */
  from: z.string(),
  files: z.record(z.string(), part),
  images: z.record(z.string(), part),
});
type Part = z.output<typeof part>;
/** What a site reviews: everything that went into a bundle. */
export type Lock = z.output<typeof lockSchema>;

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

const byName = (parts: readonly (readonly [string, Part])[]): Record<string, Part> =>
  Object.fromEntries([...parts].sort(([one], [other]) => (one < other ? -1 : 1)));

export const lockText = (lock: Lock): string =>
  `# Everything that went into a bundle. kha bundle build --lock refuses what resolves otherwise.\n${stringify(lock, { lineWidth: 0 })}`;

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
