import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bodyOf, download, downloadText, retried, sha256Of, type Wanted } from './download.js';
import type { Heard, Https } from '../engine/https.js';
import { digestOf } from './tar.js';

/** Files of the internet in a folder, where they stay: fetched a few at a time, each once, and never twice. */
export class Downloads {
  readonly #https: Https;
  readonly #folder: string;
  readonly #pause: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];
  /** By path: images share layers. */
  readonly #running = new Map<string, Promise<string>>();

  /** `pause`: before the second try of anything, in milliseconds. */
  constructor(https: Https, folder: string, { parallel = 4, pause = 500 } = {}) {
    this.#https = https;
    this.#folder = folder;
    this.#free = parallel;
    this.#pause = pause;
  }

  text(wanted: Wanted): Promise<{ text: string; heard: Heard }> {
    return this.#inTurn(() => downloadText(this.#https, wanted, this.#pause));
  }

  /** Whatever is answered, and its text. Throws DownloadFailed where nothing is. */
  ask(wanted: Wanted): Promise<{ text: string; heard: Heard }> {
    const asking = async (): Promise<{ text: string; heard: Heard }> => {
      const heard = await this.#https.get(wanted.url, wanted.headers);
      return { text: await bodyOf(heard), heard };
    };
    return this.#inTurn(() => retried(wanted, this.#pause, asking));
  }

  /** The path of what is there already with its digest. */
  async kept(wanted: Wanted): Promise<string | undefined> {
    const path = this.#path(wanted);
    return existsSync(path) && (await digestOf(createReadStream(path))) === wanted.digest ? path : undefined;
  }

  #path({ digest, url }: Wanted): string {
    const key = sha256Of(digest ?? url).slice('sha256:'.length, 'sha256:'.length + 16);
    return join(this.#folder, `${key}-${basename(new URL(url).pathname).replaceAll(':', '-')}`);
  }

  /** Its path. Throws DownloadFailed. */
  file(wanted: Wanted): Promise<string> {
    const path = this.#path(wanted);
    const running = this.#running.get(path) ?? this.#inTurn(() => this.#fetch(wanted, path));
    this.#running.set(path, running);
    return running;
  }

  async #fetch(wanted: Wanted, path: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    if (existsSync(path)) {
      if (wanted.digest !== undefined && (await digestOf(createReadStream(path))) === wanted.digest) return path;
      // Published without a sum it may have changed since.
      await rm(path);
    }
    await download(this.#https, wanted, path, this.#pause);
    return path;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
