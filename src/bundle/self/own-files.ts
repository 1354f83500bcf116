import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * The files of a package folder that its tarball has, as npm chooses them by `files` of package.json (of its patterns those
 * that ours uses: names, `*`, `**`, and `!` for what is left out; the last one that fits decides), relative and sorted. So
 * it is the same from a repository and from an installed package.
 */
export async function ownFiles(root: string, patterns: readonly string[]): Promise<string[]> {
  const rules = ['package.json', 'README*', 'LICEN[CS]E*', ...patterns].map((pattern) => ({
    chosen: !pattern.startsWith('!'),
    shape: shapeOf(pattern.replace(/^!/, '')),
  }));
  const chosen = (path: string): boolean => rules.findLast(({ shape }) => shape.test(path))?.chosen ?? false;
  return (await filesBelow(root)).filter(chosen);
}

const shapeOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split(/(\*\*\/|\*|\[\w+\])/)
      .map((part, index) => (index % 2 === 0 ? part.replace(/[.+?^${}()|\\]/g, '\\$&') : (globs[part] ?? part)))
      .join('')}(/|$)`,
  );
const globs: Readonly<Record<string, string>> = { '**/': '(.*/)?', '*': '[^/]*' };

/** All plain files below a folder, relative and sorted, but those of other packages in its node_modules. */
export async function filesBelow(root: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && entry.name !== '.git') await walk(path);
      } else if (entry.isFile()) found.push(relative(root, path));
    }
  };
  await walk(root);
  return found.sort();
}
