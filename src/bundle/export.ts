import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { blobName, BundleRefused, type Archive } from './archive.js';

/** Writes one file of a bundle, there once it is whole and has its digest. Throws BundleRefused. */
export async function exportFile(archive: Archive, part: string, path: string): Promise<void> {
  const found = archive.description.files[part];
  if (!found) throw new BundleRefused(`${archive.path} has no ${part}; see: kha bundle list ${archive.path}`);
  const making = `${path}.${process.pid}.making`;
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(archive.stream(blobName(found.digest)), hashing, createWriteStream(making, { flags: 'wx' }));
    if (`sha256:${hash.digest('hex')}` !== found.digest)
      throw new BundleRefused(`${part} of ${archive.path} was altered: it is not ${found.digest}`);
    await rename(making, path);
  } finally {
    await rm(making, { force: true });
  }
}
