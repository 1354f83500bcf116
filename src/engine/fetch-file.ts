import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Milliseconds for a program of some 50 MB over a slow line. */
const patience = 900_000;

/**
 * What a server answers within `limit` milliseconds, redirects followed. A login in the address goes with the request. Throws
 * one sentence that names the address, without a password in it, also where the answer is an error.
 */
export async function get(url: URL, limit: number): Promise<Response> {
  const { username, password } = url;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const headers = { accept: '*/*', ...(username ? { authorization: `Basic ${login}` } : {}) };
  const answer = await fetch(bare(url), { headers, signal: AbortSignal.timeout(limit) }).catch((error: unknown) => {
    throw new Error(`${shown(url)} could not be reached: ${reason(error)}`);
  });
  if (!answer.ok) throw new Error(`${shown(url)} answered ${answer.status} ${answer.statusText}`.trim());
  return answer;
}

/** Writes what is at an address into a file. Throws as `get` does, and where it ends too early. */
export async function fetchFile(url: URL, to: string): Promise<void> {
  const answer = await get(url, patience);
  if (!answer.body) throw new Error(`${shown(url)} is empty`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(to)).catch((error: unknown) => {
    throw cutOff(url, error);
  });
}

export const cutOff = (url: URL, error: unknown): Error => new Error(`${shown(url)} was cut off: ${reason(error)}`);

function bare(url: URL): URL {
  const without = new URL(url);
  [without.username, without.password, without.hash] = ['', '', ''];
  return without;
}
export const shown = (url: URL): string => bare(url).href;

/** fetch hides why it failed in the causes of what it throws. */
function reason(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}
