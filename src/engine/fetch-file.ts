import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Reach } from './https.js';

/** Milliseconds for a program of some 50 MB over a slow line. */
const patience = 900_000;

/**
 * What a server answers, redirects followed, with `limit` milliseconds for plain HTTP, or for each silence of HTTPS; the latter
 * goes through the proxy that the environment names (HTTPS_PROXY, NO_PROXY). A login in the address goes with the request.
 * Throws one sentence that names the address, without a password in it, also where the answer is an error.
 */
export async function get(url: URL, limit: number, reach: Reach = {}): Promise<Readable> {
  const { username, password } = url;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const headers = { accept: '*/*', ...(username ? { authorization: `Basic ${login}` } : {}) };
  const asked = url.protocol === 'https:' ? byHttps(bare(url), headers, reach) : byHttp(bare(url), headers, limit);
  const { status, words, body } = await asked.catch((error: unknown) => {
    throw new Error(`${shown(url)} could not be reached: ${reason(error)}`);
  });
  if (status >= 200 && status < 300) return body;
  body.destroy();
  throw new Error(`${shown(url)} answered ${status} ${words}`.trim());
}

interface Answer {
  readonly status: number;
  readonly words: string;
  readonly body: Readable;
}

async function byHttps(url: URL, headers: Record<string, string>, reach: Reach): Promise<Answer> {
  // Seldom needed, and every command would load it.
  const { Https } = await import('./https.js');
  const https = new Https(reach);
  try {
    const { status, response } = await https.get(url.href, headers);
    // Its connections end with it, so it has to live as long as the body.
    response.once('close', () => https[Symbol.dispose]());
    return { status, words: response.statusMessage ?? '', body: response };
  } catch (error) {
    https[Symbol.dispose]();
    throw error;
  }
}

/** An index of the site's own without TLS, which no proxy stands before. */
async function byHttp(url: URL, headers: Record<string, string>, limit: number): Promise<Answer> {
  const { status, statusText, body } = await fetch(url, { headers, signal: AbortSignal.timeout(limit) });
  return { status, words: statusText, body: body ? Readable.fromWeb(body) : Readable.from([]) };
}

/** Writes what is at an address into a file. Throws as `get` does, and where it ends too early. */
export async function fetchFile(url: URL, to: string, reach?: Reach): Promise<void> {
  await pipeline(await get(url, patience, reach), createWriteStream(to)).catch((error: unknown) => {
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
