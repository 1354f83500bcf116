import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Description } from '../cluster/bundle-description.js';
import { Archive, BundleRefused } from './archive.js';
import { serving } from './serve.js';
import { digestOf } from './tar.js';
import { verifyArchive, type Trust } from './verify.js';

/** A bundle’s file as a spec names it. */
export interface NamedFile {
  readonly path: string;
  readonly key?: string | undefined;
  readonly unsigned?: true | undefined;
  readonly digest?: string | undefined;
}

export const trustOf = ({ key }: NamedFile): Trust => (key === undefined ? { unsigned: true } : { key });

/** SHA-256 of a bundle’s index.json, by which one bundle is told from another. */
export const indexDigest = async (archive: Archive): Promise<string> => digestOf([await archive.bytes('index.json')]);

/**
 * Opens a bundle and proves every byte of it. Throws BundleRefused, and what keeps the file from being read. Close it.
 */
export async function provedArchive(file: NamedFile): Promise<Archive> {
  const archive = await Archive.open(file.path);
  try {
    const found = await indexDigest(archive);
    if (file.digest !== undefined && file.digest !== found)
      throw new BundleRefused(`it is another bundle than the one that is wanted: ${found} instead of ${file.digest}`);
    await verifyArchive(archive, trustOf(file));
    return archive;
  } catch (error) {
    await archive[Symbol.asyncDispose]();
    throw error;
  }
}

interface Served {
  readonly archive: Archive;
  readonly server: Server;
  readonly description: Description;
  serve(connection: Duplex): void;
}

/** Bundle files of a worker: each is proved once, and then stays open, so that another file under its name changes nothing. */
export class OpenedFiles implements AsyncDisposable {
  readonly #files = new Map<string, Promise<Served>>();

  readonly open = (file: NamedFile): Promise<Served> => {
    const name = JSON.stringify([file.path, file.digest, file.key]);
    const known = this.#files.get(name);
    if (known) return known;
    const opened = served(file);
    this.#files.set(name, opened);
    // What was wrong with it may be mended.
    opened.catch(() => this.#files.delete(name));
    return opened;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { archive, server } of await Promise.all(this.#files.values())) {
      server.closeAllConnections();
      await archive[Symbol.asyncDispose]();
    }
    this.#files.clear();
  }
}

async function served(file: NamedFile): Promise<Served> {
  const archive = await provedArchive(file);
  // It listens nowhere: connections are handed to it.
  const server = createServer(serving([archive]));
  server.on('clientError', (_, connection) => connection.destroy());
  return {
    archive,
    server,
    description: archive.description,
    serve: (connection) => void server.emit('connection', connection),
  };
}
