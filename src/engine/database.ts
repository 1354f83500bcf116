import { constants, existsSync } from 'node:fs';
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { contentOf } from './process.js';
import { run } from './run-program.js';
import { engineFile } from './settings.js';

export const databaseFile = (): string => engineFile('temporal.db');
/** Which server wrote the database last, as `1.32.0`. */
const versionFile = (): string => `${databaseFile()}.version`;
/** What SQLite keeps beside a database, according to its journal mode. */
const companions = ['-journal', '-wal', '-shm'];

export const databaseVersion = async (): Promise<string | undefined> => (await contentOf(versionFile()))?.trim();

/** The version of the server within Temporal's CLI. Throws when the program does not run or does not tell. */
export async function serverVersion(program: string): Promise<string> {
  const said = await run(program, ['--version']);
  const version = /\bServer (\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (!version) throw new Error(`${program} --version does not tell the server's version: ${said.trim()}`);
  return version;
}

/**
 * Lets a server open the database: one that is newer than the last finds a copy made first, an older one is refused, as it
 * would not know the tables. To be called while no server runs.
 */
export async function admit(program: string, version: string): Promise<void> {
  const last = await databaseVersion();
  if (last === version) return;
  if (last !== undefined && olderThan(version, last))
    throw new Error(
      `${program} holds Temporal's server ${version}, and ${databaseFile()} was written by ${last}: an older server does not open a newer one's database; let kha fetch its own (pip must reach PyPI), or install a temporal of ${last} or later`,
    );
  if (existsSync(databaseFile())) await copyOf(last ?? 'unknown');
  const writing = `${versionFile()}.${process.pid}`;
  await writeFile(writing, version, { mode: 0o600 });
  await rename(writing, versionFile());
}

/** Copies the database with what SQLite needs to finish or undo a transaction that a killed server left. */
async function copyOf(version: string): Promise<void> {
  const copy = `${databaseFile()}.of-${version}`;
  for (const companion of companions)
    if (existsSync(databaseFile() + companion))
      await copyFile(databaseFile() + companion, copy + companion, constants.COPYFILE_FICLONE);
  await copyFile(databaseFile(), `${copy}.making`, constants.COPYFILE_FICLONE);
  await rename(`${copy}.making`, copy);
}

/** Compares versions of three numbers. */
function olderThan(one: string, other: string): boolean {
  const [left, right] = [one, other].map((version) => version.split('.').map(Number));
  const differs = left!.findIndex((part, index) => part !== right![index]);
  return differs >= 0 && left![differs]! < right![differs]!;
}
