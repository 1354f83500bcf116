import { existsSync } from 'node:fs';
import { copyFile, rename, stat, truncate } from 'node:fs/promises';

/** A log's greatest size in bytes, and how many older ones are kept. */
const limit = 10 * 1024 * 1024;
const generations = 3;

/**
 * Moves a log aside that has grown too long: `server.log` to `server.log.1`, that to `server.log.2`. The programs that write
 * it were given it open, for appending, so it is copied and emptied under them; what they write between the two is lost.
 */
export async function rotate(log: string, longest = limit): Promise<void> {
  if (!existsSync(log) || (await stat(log)).size < longest) return;
  for (let generation = generations - 1; generation > 0; generation -= 1)
    if (existsSync(`${log}.${generation}`)) await rename(`${log}.${generation}`, `${log}.${generation + 1}`);
  await copyFile(log, `${log}.1`);
  await truncate(log);
}
