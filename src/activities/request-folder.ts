import { access, constants, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { RequestsToWrite } from '../steps/requests.js';
import { certificateFlaws, firstCertificate, keyOf } from './certificate-flaws.js';
import { HostFailure } from './failure.js';
import { readSecret } from './secrets.js';

/** The folder through which requests go out and certificates come back; undefined where the spec names none. */
export function requestFolder(folder: string | undefined): RequestsToWrite {
  if (folder === undefined) return noFolder;
  const at = (path: string): string => join(folder, path);
  return {
    place: `${folder} (on ${hostname()}, where the worker runs)`,
    flaws: () => folderFlaws(folder),
    request: (path) => read(at(`${path}.csr`)),
    async signed(path, wanted) {
      const text = await read(at(`${path}.crt`));
      if (text === undefined) return { flaws: [] };
      const first = firstCertificate(text);
      if (!first) return { flaws: ['it is no certificate in PEM, or only the beginning of one'] };
      const flaws = certificateFlaws(first.certificate, await readSecret(`file:${wanted.authority.cert}`), wanted);
      return flaws.length > 0 ? { flaws } : { cert: first.pem, flaws };
    },
    async ask(path, csr, key) {
      const answer = at(`${path}.crt`);
      const before = firstCertificate((await read(answer)) ?? '');
      await guarded(answer, async () => {
        await mustBeThere(folder);
        if (before && keyOf(before.certificate) !== key) await rename(answer, `${answer}.old`);
        await lay(at(`${path}.csr`), csr);
      });
    },
    note: (path, text) =>
      guarded(at(path), async () => {
        await mustBeThere(folder);
        await lay(at(path), text);
      }),
  };
}

/** What keeps a folder from being used for requests, in words. Writes nothing. */
export async function folderFlaws(folder: string): Promise<string[]> {
  try {
    if (!(await stat(folder)).isDirectory()) return ['it is no folder'];
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return ['there is no such folder'];
    return [`it cannot be read and written: ${(error as Error).message}`];
  }
}

/** A share that is not mounted must not become a folder of the disk below. */
async function mustBeThere(folder: string): Promise<void> {
  const [flaw] = await folderFlaws(folder);
  if (flaw !== undefined) throw new Error(`${folder}: ${flaw}`);
}

/** Undefined where there is no such file; nor is there where the folder is away, of which `flaws` tells. */
async function read(path: string): Promise<string | undefined> {
  return guarded(path, async () => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  });
}

/** Whole or not at all, and readable for whoever signs. */
async function lay(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.kha-${process.pid}`;
  try {
    const file = await open(beside, 'w', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HostFailure) throw error;
    throw new HostFailure('FolderUnusable', {
      host: 'worker',
      reason: `${path}: ${error instanceof Error ? error.message : String(error)}`,
      next: `see that certificates.requests can be read and written on ${hostname()}, where the worker runs, then answer retry`,
    });
  }
}

const none = (): Promise<never> => Promise.reject(new Error('the spec names no folder for requests'));
const noFolder: RequestsToWrite = {
  place: 'no folder',
  flaws: none,
  request: none,
  signed: none,
  ask: none,
  note: none,
};
