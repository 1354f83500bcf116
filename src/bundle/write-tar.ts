import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
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

/** Writes a tar archive in this order; it is there only once it is whole. */
export async function writeTar(path: string, parts: readonly Part[]): Promise<void> {
  const making = `${path}.${process.pid}.making`;
  try {
    const file = await open(making, 'w', 0o644);
    try {
      for (const part of parts) await write(part, file);
      await file.write(ending);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(making, path);
  } finally {
    await rm(making, { force: true });
  }
}

async function write({ name, content, mode }: Part, to: FileHandle): Promise<void> {
  const size = await sizeOf(content);
  await to.write(header({ name, size, ...(mode === undefined ? {} : { mode }) }));
  let written = 0;
  for await (const chunk of chunksOf(content)) {
    await to.write(chunk);
    written += chunk.length;
  }
  if (written !== size)
    throw new Error(`${name} was changed while it was written: ${written} bytes instead of ${size}`);
  await to.write(padding(size));
}
