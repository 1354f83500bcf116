import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ending, header, padding } from './tar.js';

/** Bytes that go into an archive: a file of this machine, or what is here already. */
export type Content = { readonly path: string } | Buffer;

export interface Part {
  readonly name: string;
  readonly content: Content;
  readonly mode?: number;
}

export const sizeOf = async (content: Content): Promise<number> =>
  Buffer.isBuffer(content) ? content.length : (await stat(content.path)).size;

export const chunksOf = (content: Content): AsyncIterable<Buffer> | Iterable<Buffer> =>
  Buffer.isBuffer(content) ? [content] : createReadStream(content.path);

/**
 * Writes a tar archive in this order, through what compresses it; it is there only once it is whole. Throws where it cannot
 * be written, and names it.
 */
export async function writeTar(path: string, parts: readonly Part[], through?: Transform): Promise<void> {
  const making = `${path}.${process.pid}.making`;
  const cannot = (error: Error): never => {
    throw new Error(`${path} cannot be written: ${error.message}`, { cause: error });
  };
  try {
    const file = await open(making, 'w', 0o644).catch(cannot);
    // In whole: a single write may take less than it is given.
    const save = (bytes: Buffer): Promise<void> => file.writeFile(bytes).catch(cannot);
    try {
      const write = async (bytes: AsyncIterable<Buffer>): Promise<void> => {
        for await (const chunk of bytes) await save(chunk);
      };
      if (through) await pipeline(bytesOf(parts), through, write);
      else await write(bytesOf(parts));
      await file.sync().catch(cannot);
    } finally {
      await file.close();
    }
    await rename(making, path);
  } finally {
    await rm(making, { force: true });
  }
}

async function* bytesOf(parts: readonly Part[]): AsyncGenerator<Buffer> {
  for (const { name, content, mode } of parts) {
    const size = await sizeOf(content);
    yield header({ name, size, ...(mode === undefined ? {} : { mode }) });
    let written = 0;
    for await (const chunk of chunksOf(content)) {
      yield chunk;
      written += chunk.length;
    }
    if (written !== size)
      throw new Error(`${name} was changed while it was written: ${written} bytes instead of ${size}`);
    yield padding(size);
  }
  yield ending;
}
