import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Milliseconds for an index page, and for a wheel of some 50 MB over a slow line. */
const limits = { page: 30_000, wheel: 900_000 };

/**
 * Fetches one file of a project from a Python package index (PyPA, "Simple repository API", HTML): the one that pip would
 * ask by its environment, else PyPI. Throws one sentence that names the address, without a password in it.
 */
export async function fromIndex(project: string, file: string, to: string): Promise<void> {
  const index = process.env['PIP_INDEX_URL'] || 'https://pypi.org/simple';
  const page = new URL(`${project}/`, index.endsWith('/') ? index : `${index}/`);
  const listing = await (await get(page, limits.page)).text().catch((error: unknown) => {
    throw new Error(`${shown(page)} was cut off: ${reason(error)}`);
  });
  const links = [...listing.matchAll(/<a\b[^>]*?\bhref=["']([^"']+)["']/gi)].map(
    ([, href = '']) => new URL(href.replaceAll('&amp;', '&'), page),
  );
  const link = links.find(({ pathname }) => decodeURIComponent(pathname.split('/').at(-1) ?? '') === file);
  if (!link) throw new Error(`${shown(page)} has no ${file}`);
  // The password that opened the index opens its files too, and no other server's.
  if (link.host === page.host && link.protocol === page.protocol)
    [link.username, link.password] = [page.username, page.password];
  const answer = await get(link, limits.wheel);
  if (!answer.body) throw new Error(`${shown(link)} is empty`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(to)).catch((error: unknown) => {
    throw new Error(`${shown(link)} was cut off: ${reason(error)}`);
  });
}

async function get(url: URL, limit: number): Promise<Response> {
  const { username, password } = url;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const headers = { accept: 'text/html', ...(username ? { authorization: `Basic ${login}` } : {}) };
  const answer = await fetch(bare(url), { headers, signal: AbortSignal.timeout(limit) }).catch((error: unknown) => {
    throw new Error(`${shown(url)} could not be reached: ${reason(error)}`);
  });
  if (!answer.ok) throw new Error(`${shown(url)} answered ${answer.status} ${answer.statusText}`.trim());
  return answer;
}

function bare(url: URL): URL {
  const without = new URL(url);
  [without.username, without.password, without.hash] = ['', '', ''];
  return without;
}
const shown = (url: URL): string => bare(url).href;

/** fetch hides why it failed in the causes of what it throws. */
function reason(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}
