import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
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

/** Writes a tar archive in this order; it is there only once it is whole. Throws where it cannot be written, and names it. */
export async function writeTar(path: string, parts: readonly Part[]): Promise<void> {
  const making = `${path}.${process.pid}.making`;
  const cannot = (error: Error): never => {
    throw new Error(`${path} cannot be written: ${error.message}`, { cause: error });
  };
  try {
    const file = await open(making, 'w', 0o644).catch(cannot);
    // In whole: a single write may take less than it is given.
    const save = (bytes: Buffer): Promise<void> => file.writeFile(bytes).catch(cannot);
    try {
      for (const part of parts) await write(part, save);
      await save(ending);
      await file.sync().catch(cannot);
    } finally {
      await file.close();
    }
    await rename(making, path);
  } finally {
    await rm(making, { force: true });
  }
}

async function write({ name, content, mode }: Part, save: (bytes: Buffer) => Promise<void>): Promise<void> {
  const size = await sizeOf(content);
  await save(header({ name, size, ...(mode === undefined ? {} : { mode }) }));
  let written = 0;
  for await (const chunk of chunksOf(content)) {
    await save(chunk);
    written += chunk.length;
  }
  if (written !== size)
    throw new Error(`${name} was changed while it was written: ${written} bytes instead of ${size}`);
  await save(padding(size));
}
