import { text } from 'node:stream/consumers';
import { cutOff, fetchFile, get, shown } from './fetch-file.js';

/** Milliseconds for an index page. */
const patience = 30_000;

/**
 * Fetches one file of a project from a Python package index (PyPA, "Simple repository API", HTML): the one that pip would
 * ask by its environment, else PyPI. Throws one sentence that names the address, without a password in it.
 */
export async function fromIndex(project: string, file: string, to: string): Promise<void> {
  const index = process.env['PIP_INDEX_URL'] || 'https://pypi.org/simple';
  const page = new URL(`${project}/`, index.endsWith('/') ? index : `${index}/`);
  const listing = await text(await get(page, patience)).catch((error: unknown) => {
    throw cutOff(page, error);
  });
  const links = [...listing.matchAll(/<a\b[^>]*?\bhref=["']([^"']+)["']/gi)].map(
    ([, href = '']) => new URL(href.replaceAll('&amp;', '&'), page),
  );
  const link = links.find(({ pathname }) => decodeURIComponent(pathname.split('/').at(-1) ?? '') === file);
  if (!link) throw new Error(`${shown(page)} has no ${file}`);
  // The password that opened the index opens its files too, and no other server's.
  if (link.host === page.host && link.protocol === page.protocol)
    [link.username, link.password] = [page.username, page.password];
  await fetchFile(link, to);
}
