import type { Description } from '../cluster/bundle-description.js';

export interface Change {
  readonly part: string;
  readonly change: 'added' | 'removed' | 'altered';
}

/** What one bundle has that another has not, or has otherwise: versions, images and files by their names. */
export function compareDescriptions(before: Description, after: Description): Change[] {
  const parts = ({ kubernetes, versions, images, files }: Description): ReadonlyMap<string, string> =>
    new Map([
      ['kubernetes', kubernetes],
      ...Object.entries(versions),
      ...Object.entries(images),
      ...Object.entries(files).map(([name, { digest }]) => [name, digest] as const),
    ]);
  const [old, current] = [parts(before), parts(after)];
  return [...new Set([...old.keys(), ...current.keys()])].sort().flatMap((part): Change[] => {
    if (old.get(part) === current.get(part)) return [];
    return [{ part, change: !old.has(part) ? 'added' : current.has(part) ? 'altered' : 'removed' }];
  });
}
