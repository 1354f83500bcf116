import { createServer } from 'node:http';
import { Archive } from './archive.js';
import { serving } from './serve.js';
import { verifyArchive, type Trust } from './verify.js';

/** Serves bundle files, each proved first, until the process is interrupted. Throws what keeps it from listening. */
export async function serveFiles(
  files: readonly string[],
  trust: Trust,
  listen: string,
  tell: (words: string) => void,
): Promise<void> {
  const [, address, port] = /^(.+):(\d+)$/.exec(listen) ?? [];
  if (address === undefined) throw new Error(`${listen} is no place to listen at: expected ADDRESS:PORT`);
  const archives: Archive[] = [];
  try {
    for (const file of files) {
      const archive = await Archive.open(file);
      archives.push(archive);
      await verifyArchive(archive, trust);
    }
    const server = createServer(serving(archives));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(Number(port), address, resolve);
    });
    tell(`serving ${archives.map(({ description }) => description.kubernetes).join(', ')} at ${listen}`);
    await new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
    });
    server.close();
    server.closeAllConnections();
  } finally {
    for (const archive of archives) await archive[Symbol.asyncDispose]();
  }
}
