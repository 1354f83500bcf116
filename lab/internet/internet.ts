import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { certified } from './authority.js';
import { askBehind, askRegistry, type Reply } from './registry.js';
import { namesOf, type Sites } from './site.js';

/** What goes wrong at an address: it breaks off after some bytes, has other bytes, another status, or leads elsewhere. */
export type Mishap =
  | { readonly cutAfter: number; readonly times: number }
  | { readonly altered: true }
  | { readonly status: number; readonly times: number }
  | { readonly redirect: string };

export interface Listening {
  readonly host: string;
  /** 443 where others than kha are to reach it under the official names; any free one with 0. */
  readonly port: number;
}

/**
 * Sites of the internet, under their names and with the layout that they have, on one address: for whoever resolves those
 * names to it, or connects to it whatever they resolve to, and believes its authority.
 */
export class Internet implements AsyncDisposable {
  readonly listening: Listening;
  /** PEM. */
  readonly ca: string;
  /** What must resolve to it. */
  readonly names: readonly string[];
  /** Addresses that were asked for, from which byte on, whether with a login, by what program, and from which address. */
  readonly asked: {
    readonly url: string;
    readonly from: number;
    readonly login: boolean;
    readonly by: string;
    readonly source: string;
  }[] = [];
  /** By address. */
  readonly mishaps = new Map<string, Mishap>();
  readonly #close: () => Promise<void>;

  private constructor(listening: Listening, ca: string, names: readonly string[], close: () => Promise<void>) {
    this.listening = listening;
    this.ca = ca;
    this.names = names;
    this.#close = close;
  }

  /** `folder`: for its authority and certificate. */
  static async start(sites: Sites, folder: string, listening: Listening): Promise<Internet> {
    const names = namesOf(sites);
    await mkdir(folder, { recursive: true });
    const { ca, key, cert } = await certified(folder, names);
    const server = createServer({ key, cert }, (request, response) => {
      internet.#answer(sites, request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(listening.port, listening.host, resolve);
    });
    const { port } = server.address() as AddressInfo;
    const internet = new Internet({ host: listening.host, port }, ca, names, async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    });
    return internet;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }

  async #answer(sites: Sites, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `https://${(request.headers.host ?? '').replace(/:\d+$/, '')}`);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const { authorization, 'user-agent': by = '' } = request.headers;
    const source = request.socket.remoteAddress ?? '';
    this.asked.push({ url: url.href, from, login: authorization !== undefined, by, source });
    const mishap = this.#mishapOf(url.href);
    if (mishap && 'status' in mishap) return void response.writeHead(mishap.status).end();
    if (mishap && 'redirect' in mishap) return void response.writeHead(302, { location: mishap.redirect }).end();
    const { status, headers = {}, content } = reply(sites, url, authorization);
    if (!content) return void response.writeHead(status, headers).end();
    const partial = from > 0 && from < content.size && status === 200;
    response.writeHead(partial ? 206 : status, {
      ...headers,
      'content-length': content.size - (partial ? from : 0),
      ...(partial ? { 'content-range': `bytes ${from}-${content.size - 1}/${content.size}` } : {}),
    });
    if (request.method === 'HEAD') return void response.end();
    const stream = content.stream(partial ? from : 0);
    if (mishap && 'cutAfter' in mishap) return cut(stream, mishap.cutAfter, response);
    await (mishap ? pipeline(stream, altering(), response) : pipeline(stream, response));
  }

  /** Those that happen a number of times only are counted down. */
  #mishapOf(url: string): Mishap | undefined {
    const mishap = this.mishaps.get(url);
    if (!mishap || !('times' in mishap)) return mishap;
    if (mishap.times <= 1) this.mishaps.delete(url);
    else this.mishaps.set(url, { ...mishap, times: mishap.times - 1 });
    return mishap;
  }
}

function reply(sites: Sites, url: URL, authorization: string | undefined): Reply {
  const registry = sites.registries[url.hostname];
  const behind = askBehind(sites, { url, authorization });
  if (behind) return behind;
  if (registry && url.pathname.startsWith('/v2')) return askRegistry(url.hostname, registry, { url, authorization });
  const page = sites.pages[url.href];
  if (!page) return { status: 404 };
  return 'redirect' in page ? { status: 302, headers: { location: page.redirect } } : { status: 200, content: page };
}

/** Sends so many bytes, and breaks the connection once they have left. */
async function cut(stream: Readable, after: number, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const sent = Buffer.concat(chunks).subarray(0, after);
  await new Promise((resolve) => response.write(sent, resolve));
  response.destroy();
}

const altering = (): Transform =>
  new Transform({
    // In a copy: what passes is the content itself.
    transform: (chunk: Buffer, _, done) => done(null, Buffer.from(chunk).fill('~', 0, 1)),
  });
