import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { fieldsAt, textAt } from '../../export/fields.js';
import { UsageError } from '../explain.js';
import { digest, mark, reportFile } from './files.js';

/**
 * Whether an export may be written to a folder: it is not there, or is empty, or has an export as it was written. Throws
 * UsageError otherwise, so that no file of a person's is lost, nor what they changed in an export.
 */
export async function mayWrite(folder: string): Promise<void> {
  const there = await contents(folder);
  if (there.length === 0) return;
  const refuse = (why: string): never => {
    throw new UsageError(`${folder} ${why}: it is left as it is\nNext: name another --output, or remove it`);
  };
  if (!there.includes(reportFile)) refuse('is not empty and is no export of kha');
  const report = jsonOf(await readFile(join(folder, reportFile), 'utf8'));
  if (textAt(report, 'export') !== mark) refuse('is not empty and is no export of kha');
  const digests = fieldsAt(report, 'files') ?? {};
  for (const file of there.filter((one) => one !== reportFile)) {
    if (!Object.hasOwn(digests, file)) refuse(`holds an export and ${file}, which is none of its files`);
    if (digests[file] !== digest(await readFile(join(folder, file))))
      refuse(`holds an export whose ${file} was changed`);
  }
}

/**
 * Puts the files into a folder, readable by nobody else, all or none: they are written beside it, and take its place at
 * once. Throws what `mayWrite` throws, and what the disk says.
 */
export async function writeExport(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const place = await realpath(folder).catch((error: unknown) => absent(error, resolve(folder)));
  await mayWrite(place);
  await mkdir(dirname(place), { recursive: true });
  // Made with mode 0700.
  const fresh = await mkdtemp(`${place}.new-`);
  try {
    for (const [path, content] of files) {
      const file = join(fresh, path);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, content, { mode: 0o600, flag: 'wx' });
    }
    await exchange(fresh, place);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

/** A folder takes an empty one's place by rename(2); one with an export in it has to step aside first. */
async function exchange(fresh: string, place: string): Promise<void> {
  if ((await contents(place)).length === 0) return rename(fresh, place);
  const former = `${fresh}-former`;
  await rename(place, former);
  try {
    await rename(fresh, place);
  } catch (error) {
    await rename(former, place);
    throw error;
  }
  await rm(former, { recursive: true });
}

/** Paths of all files in a folder, with slashes; none where there is no folder. */
async function contents(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true }).catch((error: unknown) => absent(error, []));
  const kinds = await Promise.all(found.map((one) => lstat(join(folder, one))));
  return found.filter((_, index) => !kinds[index]!.isDirectory()).map((one) => one.split(sep).join('/'));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Some other program's report.json: the caller says so.
    return undefined;
  }
}

function absent<T>(error: unknown, instead: T): T {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
  if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR')
    throw new UsageError(`the place for an export is a file, not a folder: ${error.message}`);
  throw error;
}
