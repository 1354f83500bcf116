import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const block = 512;

/** A plain file of an archive. */
export interface Entry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Permissions; 0o644 unless told. */
  readonly mode?: number;
}

/** Where an entry's content lies in the archive; bytes. */
export interface Place extends Entry {
  readonly offset: number;
}

/** The archive is no tar file, or has an entry that a bundle never has. */
export class TarRefused extends Error {}

/**
 * A ustar header (POSIX.1-1988) of a plain file that belongs to nobody and was never changed, so that the same entries make
 * the same bytes.
 */
export function header({ name, size, mode = 0o644 }: Entry): Buffer {
  const parts = split(name);
  if (!parts || size >= 8 ** 11) throw new Error(`${name} (${size} bytes) is too much for ustar`);
  const bytes = Buffer.alloc(block);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  bytes.write(parts.name, 0);
  bytes.write(`${octal(mode, 8)}${octal(0, 8)}${octal(0, 8)}${octal(size, 12)}${octal(0, 12)}`, 100);
  bytes.write('        0', 148);
  bytes.write('ustar\x0000', 257);
  bytes.write(parts.prefix, 345);
  bytes.write(
    `${octal(
      bytes.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  return bytes;
}

/** A long name stands in two fields, of 155 and 100 bytes, without the slash between them. */
function split(name: string): { prefix: string; name: string } | undefined {
  if (Buffer.byteLength(name) <= 100) return { prefix: '', name };
  for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
    const parts = { prefix: name.slice(0, at), name: name.slice(at + 1) };
    if (Buffer.byteLength(parts.prefix) > 155) return undefined;
    if (parts.name !== '' && Buffer.byteLength(parts.name) <= 100) return parts;
  }
  return undefined;
}

/** What follows a content of that size, up to the next block. */
export const padding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block);
export const ending = Buffer.alloc(2 * block);

/**
 * The plain files of an archive and where they lie. Throws TarRefused at anything else: links, folders, devices, extended
 * headers, a name twice, an absolute name or one with `..`, and an archive that ends too early.
 */
export async function entries(file: FileHandle): Promise<Map<string, Place>> {
  const { size: length } = await file.stat();
  const found = new Map<string, Place>();
  const head = Buffer.alloc(block);
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(head, 0, block, at);
    if (bytesRead < block) throw new TarRefused(`it is cut off after ${length} bytes`);
    if (head.every((byte) => byte === 0)) return found;
    const { name, size } = parsed(head);
    if (found.has(name)) throw new TarRefused(`${name} is in it twice`);
    const offset = at + block;
    if (offset + size > length) throw new TarRefused(`it is cut off within ${name}`);
    found.set(name, { name, size, offset });
    at = offset + size + padding(size).length;
  }
}

function parsed(head: Buffer): Entry {
  const text = (from: number, width: number): string => head.toString('utf8', from, from + width).split('\0')[0] ?? '';
  const number = (from: number, width: number): number => Number.parseInt(text(from, width).trim(), 8);
  const sum = head.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (text(257, 6).trim() !== 'ustar' || sum !== number(148, 8))
    throw new TarRefused('it is no tar file, or was altered');
  const name = text(345, 155) === '' ? text(0, 100) : `${text(345, 155)}/${text(0, 100)}`;
  const type = text(156, 1);
  if (type !== '0' && type !== '') throw new TarRefused(`${name} is no plain file (type ${type})`);
  if (name === '' || name.startsWith('/') || name.split('/').includes('..'))
    throw new TarRefused(`${JSON.stringify(name)} leads out of it`);
  const size = number(124, 12);
  if (!Number.isSafeInteger(size)) throw new TarRefused(`the size of ${name} cannot be read`);
  return { name, size };
}

/** `sha256:…` of what streams by. */
export async function digestOf(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
