import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { through } from '../engine/agents.js';
import { DownloadFailed, Passing, type Heard, type Https } from '../engine/https.js';
import { digestOf } from './tar.js';

export interface Wanted {
  /** As people know it: `bin/amd64/kubeadm`. */
  readonly name: string;
  readonly url: string;
  /** `sha256:…`; whatever comes is taken where nobody publishes one. */
  readonly digest?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes beyond which it is not what is wanted; as large as it comes unless told. */
  readonly most?: number;
}

/** Something came, and it is not what was wanted. */
export class OtherThanWanted extends DownloadFailed {}

/** Tries in a row that bring nothing before it is given up. */
const tries = 4;

/**
 * Fetches into a file, which is there once it is whole and has its digest. What breaks off goes on where it stopped, also
 * in a later run: the part lies beside the file. Throws DownloadFailed. `pause`: between tries, in milliseconds.
 */
export async function download(https: Https, wanted: Wanted, path: string, pause = 500): Promise<void> {
  const part = `${path}.part`;
  const resumed = (await sizeOf(part)) > 0;
  await fetchPart(https, wanted, part, pause);
  let found = await digestOf(createReadStream(part));
  if (wanted.digest !== undefined && found !== wanted.digest && resumed) {
    // What an earlier run left may be of something else that lay there then.
    await rm(part);
    await fetchPart(https, wanted, part, pause);
    found = await digestOf(createReadStream(part));
  }
  if (wanted.digest !== undefined && found !== wanted.digest) {
    await rm(part);
    throw new OtherThanWanted(`${wanted.name}: ${wanted.url} is ${found}, and ${wanted.digest} is published for it`);
  }
  await rename(part, path);
}

async function fetchPart(https: Https, wanted: Wanted, part: string, pause: number): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const before = await sizeOf(part);
    try {
      await goOn(https, wanted, part, before);
      return;
    } catch (error) {
      if (error instanceof TooLarge) {
        await rm(part);
        throw new OtherThanWanted(`${wanted.name}: ${wanted.url} is larger than ${wanted.most} bytes`);
      }
      if (!(error instanceof Passing)) throw error instanceof DownloadFailed ? named(wanted, error) : error;
      const after = await sizeOf(part);
      if (after > before) tried = 0;
      if (tried >= tries) throw named(wanted, error, ` (${tries} tries, ${after} bytes came)`);
      await sleep(pause * 2 ** tried);
    }
  }
}

const named = ({ name }: Pick<Wanted, 'name'>, error: Error, more = ''): DownloadFailed =>
  new DownloadFailed(`${name}: ${error.message}${more}`);

class TooLarge extends DownloadFailed {}

/** One try, from where the last one stopped. */
async function goOn(
  https: Https,
  { url, headers = {}, most = Infinity }: Wanted,
  part: string,
  size: number,
): Promise<void> {
  const heard = await https.get(url, size > 0 ? { ...headers, range: `bytes=${size}-` } : headers);
  const { status, response } = heard;
  // All of it was there, or something else: the digest tells.
  if (status === 416 && size > 0) return void response.resume();
  const from = /^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1];
  const goesOn = status === 206 && from === String(size);
  if (!goesOn && status !== 200) {
    response.resume();
    throw refused(heard);
  }
  await save(response, part, goesOn ? { flags: 'a', most: most - size } : { flags: 'w', most });
}

/**
 * Every byte that came is in the file when the connection breaks, and the next try asks for the rest. Written at once: what
 * waits to be written is thrown away with a stream that breaks.
 */
async function save(
  response: IncomingMessage,
  part: string,
  { flags, most }: { readonly flags: 'a' | 'w'; readonly most: number },
): Promise<void> {
  const writing = <T>(write: () => T): T => {
    try {
      return write();
    } catch (error) {
      response.destroy();
      throw new DownloadFailed(`it cannot be written to ${part}: ${(error as Error).message}`);
    }
  };
  const file = writing(() => openSync(part, flags));
  let came = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      came += chunk.length;
      if (came > most) throw new TooLarge(`more than ${most} bytes came`);
      for (let at = 0; at < chunk.length;) at += writing(() => writeSync(file, chunk, at));
    }
  } catch (error) {
    throw error instanceof DownloadFailed ? error : new Passing(`the connection broke: ${(error as Error).message}`);
  } finally {
    closeSync(file);
  }
}

const refused = ({ url, status }: Heard): DownloadFailed => {
  const words = `${url.href} answers ${status}${through(url.href)}`;
  if (status === 404) return new DownloadFailed(`${url.href} is not there (404)`);
  return status === 429 || status >= 500 ? new Passing(words) : new DownloadFailed(words);
};

/** A document of at most 8 MiB, tried as often as a file. Throws DownloadFailed. */
export const downloadText = (https: Https, wanted: Wanted, pause: number): Promise<{ text: string; heard: Heard }> =>
  retried(wanted, pause, async () => {
    const heard = await https.get(wanted.url, wanted.headers);
    if (heard.status === 200) return { text: await bodyOf(heard), heard };
    heard.response.resume();
    throw refused(heard);
  });

/** Does it again while what fails may pass, and says of what it was. Throws DownloadFailed. */
export async function retried<T>(wanted: Pick<Wanted, 'name'>, pause: number, work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DownloadFailed)) throw error;
      if (!(error instanceof Passing) || tried >= tries) throw named(wanted, error);
      await sleep(pause * 2 ** tried);
    }
  }
}

export async function bodyOf({ url, response }: Heard): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const collect = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      size += chunk.length;
      done(size > 8 * 1024 * 1024 ? new Error('it is longer than any document') : null);
    },
  });
  try {
    await pipeline(response, collect);
  } catch (error) {
    throw new Passing(`${url.href} broke off: ${(error as Error).message}`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export const sha256Of = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
