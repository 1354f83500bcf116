import { createHash } from 'node:crypto';
import type { Called, Export } from '../../export/export.js';
import { reportOf, type Source } from '../../export/report.js';
import { toYaml } from './to-yaml.js';

/** What marks a folder as an export, in its report.json; the number is the version of that file's shape. */
export const mark = 'kha export 1';
export const reportFile = 'report.json';

/** All files of an export by their paths in it, with slashes. report.json has the digests of the others. */
export function filesOf(source: Source, made: Export): Map<string, string> {
  const files = new Map<string, string>([['report.md', reportOf(source, made)]]);
  for (const { file, object } of [...made.exported, ...made.withoutSuccessor]) files.set(file, toYaml(object));
  files.set(reportFile, `${JSON.stringify(facts(source, made, files), null, 2)}\n`);
  return files;
}

export const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** The report for programs. */
function facts(source: Source, made: Export, files: ReadonlyMap<string, string>): unknown {
  const name = ({ apiVersion, kind, namespace, name }: Called): Called => ({
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
  });
  return {
    export: mark,
    ...source,
    objects: made.exported.map(({ was, file, notes, ...one }) => ({ ...name(one), was, file, ...notes })),
    withoutSuccessor: made.withoutSuccessor.map(({ instead, file, ...one }) => ({ ...name(one), file, instead })),
    left: made.left.map(({ why, ...one }) => ({ ...name(one), why })),
    images: Object.fromEntries(made.images),
    nodes: made.nodes,
    files: Object.fromEntries([...files].map(([path, content]) => [path, digest(content)])),
  };
}
