import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { reported, type Report } from '../../../engine/report.js';
import { run } from '../../../engine/run-program.js';
import type { Downloads } from '../../downloads.js';
import { DownloadFailed } from '../../../engine/https.js';
import { pull } from '../../pull.js';
import type { Image, Source } from '../../write-archive.js';
import { apache } from '../common-files.js';
import type { Architecture, Versions } from '../versions.js';
import { published, publishedSum, type Published } from './downloads.js';
import { licenceOf, publishedImages } from './images.js';
import { signedText } from './signed-sums.js';

type Files = Source['files'];

/** What a bundle takes from the sites of the internet; what archives hold is put into a folder. Throws DownloadFailed. */
export async function sourceFromOfficial(
  versions: Versions,
  architectures: readonly Architecture[],
  downloads: Downloads,
  folder: string,
  report: Report,
): Promise<Pick<Source, 'files' | 'images'>> {
  const programs = published(versions, architectures);
  const references = Object.entries(publishedImages(versions));
  const what = `Downloading ${programs.length} files and ${references.length} images`;
  const [files, images] = await reported(report, what, () =>
    Promise.all([
      Promise.all(programs.map((one) => fetched(one, downloads, folder, report))),
      Promise.all(references.map(([name, from]) => imageFor(name, from, architectures, downloads))),
    ]),
  );
  return { files: files.flat(), images };
}

/** Fetches a file, and takes out of an archive what goes into a bundle, into a folder. Throws DownloadFailed. */
export async function fetched(one: Published, downloads: Downloads, folder: string, report: Report): Promise<Files> {
  const { url, sums, version, files } = one;
  const name = Object.keys(files).join(', ');
  const digest = await sumOf(one, downloads, report);
  const path = await downloads.file({ name, url, digest });
  // Without a published sum only TLS says whose it is, and only a lock that it stays so.
  if (sums === undefined)
    report({ what: `${name}: nobody publishes a sum of ${url}; keep a --lock`, state: 'warning' });
  const members = Object.values(files).flatMap(({ member }) => member ?? []);
  const out = join(folder, basename(path));
  if (members.length > 0) {
    await mkdir(out, { recursive: true });
    await unpack(path, out, members, name);
  }
  return Object.entries(files).map(([file, { member }]) => ({
    name: file,
    content: { path: member === undefined ? path : join(out, member) },
    version,
    origin: member === undefined ? url : `${url}#${member}`,
    ...apache,
  }));
}

/** The published SHA-256 of a download, proved where its list is signed; undefined where none is published. Throws DownloadFailed. */
export async function sumOf(one: Published, downloads: Downloads, report: Report): Promise<string | undefined> {
  const { url, sums, signers, files } = one;
  if (sums === undefined) return undefined;
  const name = Object.keys(files).join(', ');
  const { text } = await downloads.text({ name, url: sums });
  const list = signers ? await signedText({ name, url: sums, text }, signers, downloads, report) : text;
  const digest = publishedSum(list, basename(url));
  if (digest === undefined) throw new DownloadFailed(`${name}: ${sums} has no SHA-256 of ${basename(url)}`);
  return digest;
}

async function unpack(path: string, out: string, members: readonly string[], name: string): Promise<void> {
  try {
    await run('tar', ['-xzf', path, '-C', out, '--no-same-owner', '--', ...members]);
  } catch (error) {
    throw new DownloadFailed(`${name}: ${(error as Error).message}`);
  }
}

/** An image of a public registry, as it is there; for more than one architecture, an index of them. Throws DownloadFailed. */
export async function imageFor(
  name: string,
  from: string,
  architectures: readonly Architecture[],
  downloads: Downloads,
): Promise<Image> {
  const all = await Promise.all(
    architectures.map(async (architecture) => ({ architecture, image: await pull(downloads, from, architecture) })),
  );
  const [first, ...more] = all;
  const about = { name, origin: from, licence: licenceOf(from) };
  return first && more.length === 0 ? { ...about, ...first.image } : { ...about, platforms: all };
}
