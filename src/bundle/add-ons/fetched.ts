import { readFile } from 'node:fs/promises';
import type { FetchedManifest } from '../../cluster/add-ons.js';
import { cacheFolder } from '../../engine/folders.js';
import { OtherThanWanted } from '../download.js';
import { Downloads } from '../downloads.js';
import { Https, type Reach } from '../../engine/https.js';

/** The largest that are published (the definitions of an operator’s resources) have about 4 MB. */
const most = 16 * 1024 * 1024;

/**
 * A manifest by its URL, through the proxy that the environment names (HTTPS_PROXY); it stays in the cache by its digest, and
 * from then on nobody is asked for it. Throws DownloadFailed, which names the add-on. `pause`: between tries, in milliseconds.
 */
export async function fetchedManifest(
  { name, url, digest }: FetchedManifest,
  reach: Reach = {},
  { folder = cacheFolder('downloads'), pause = 500 } = {},
): Promise<string> {
  using https = new Https(reach);
  const path = await new Downloads(https, folder, { pause }).file({ name, url, digest, most });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw new OtherThanWanted(`${name}: ${url} is no text in UTF-8, and no manifest`);
    throw error;
  }
}
