import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { rootCertificates } from 'node:tls';
import { Agents, noWay, through } from './agents.js';

/** A download that was not to be had. The message names the part, the address, and the reason. */
export class DownloadFailed extends Error {}

/** How the sites of the internet are reached. */
export interface Reach {
  /** PEM of authorities to believe besides the well-known ones. */
  readonly ca?: string | undefined;
  /** Where every site is, whatever its name resolves to; its certificate must be of its own name all the same. */
  readonly connectTo?: { readonly host: string; readonly port: number } | undefined;
  /** Milliseconds without a byte before a connection is given up; a minute unless told. */
  readonly patience?: number;
}

/** An answer whose body was not read yet. */
export interface Heard {
  readonly url: URL;
  readonly status: number;
  readonly response: IncomingMessage;
}

/** As curl allows. */
const mostRedirects = 10;
/** Codes of failed connections that the next try will meet again (Node.js, errors; OpenSSL, X509_V_ERR). */
const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/;

/** What may pass by itself: a connection that broke, a server that is too busy. */
export class Passing extends DownloadFailed {}

/** Speaks HTTPS, and nothing else, with the sites that publish what a bundle is made of. */
export class Https implements Disposable {
  readonly #agents = new Agents();
  readonly #ca: string[] | undefined;
  readonly #reach: Reach;
  #closed = false;

  constructor(reach: Reach = {}) {
    this.#reach = reach;
    this.#ca = reach.ca === undefined ? undefined : [...rootCertificates, reach.ca];
  }

  /** Asks, and follows redirects; a login goes to the origin that was asked and to no other. Throws DownloadFailed. */
  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Heard> {
    if (this.#closed) throw new DownloadFailed(`${url} was given up`);
    const first = new URL(url);
    let at = first;
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      if (at.protocol !== 'https:')
        throw new DownloadFailed(`${first.href} leads to ${at.href}, which is not protected by TLS`);
      const { authorization, ...others } = headers;
      const own = authorization !== undefined && at.origin === first.origin ? { ...others, authorization } : others;
      const response = await this.#once(at, own);
      const status = response.statusCode ?? 0;
      const { location } = response.headers;
      if (status === 407) {
        response.resume();
        throw new DownloadFailed(`${at.host} answers 407${through(at.href, status)}`);
      }
      if (![301, 302, 303, 307, 308].includes(status)) return { url: at, status, response };
      response.resume();
      if (location === undefined) throw new DownloadFailed(`${at.href} answers ${status} and does not say where to`);
      at = new URL(location, at);
    }
    throw new DownloadFailed(`${first.href} redirects more than ${mostRedirects} times, at last to ${at.href}`);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#agents[Symbol.dispose]();
  }

  #once(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const { connectTo, patience = 60_000 } = this.#reach;
    return new Promise((resolve, reject) => {
      const asked = request(
        url,
        {
          agent: connectTo ? this.#agents.straight : this.#agents.of(url.href),
          ca: this.#ca,
          timeout: patience,
          headers: { 'user-agent': 'kha', ...headers, host: url.host },
          servername: url.hostname,
          ...(connectTo ? { host: connectTo.host, hostname: connectTo.host, port: connectTo.port } : {}),
        },
        resolve,
      );
      asked.on('timeout', () => asked.destroy(new Error(`nothing came for ${patience / 1000} s`)));
      asked.on('error', (error: NodeJS.ErrnoException) => reject(failed(url, error)));
      asked.end();
    });
  }
}

function failed(url: URL, error: NodeJS.ErrnoException): DownloadFailed {
  const { code = '', message } = error;
  if (untrusted.test(code))
    return new DownloadFailed(
      `${url.host} has a certificate that is not to be believed: ${message}; if a proxy opens TLS here, name its authority with --ca FILE`,
    );
  const words = `${url.host} cannot be reached: ${message}${noWay(url.href)}`;
  return code === 'ENOTFOUND' ? new DownloadFailed(words) : new Passing(words);
}
