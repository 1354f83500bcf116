import { request as plain, type RequestOptions } from 'node:http';
import { request as secure } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Agents, noWay, through } from '../engine/agents.js';
import { challenged, RegistryFailed, type Answer, type Login } from './registry-token.js';

/** A registry, and the path under which the bundle lies in it: `harbor.example.org/k8s`. */
export interface RegistryAddress {
  readonly host: string;
  /** Without slashes at its ends; empty where there is none. */
  readonly prefix: string;
}

export interface RegistrySettings {
  readonly address: RegistryAddress;
  readonly plainHttp?: boolean;
  /** PEM of the authority that signed its certificate. */
  readonly ca?: string;
  readonly login?: Login;
}

export interface Body {
  /** Made anew for every try. */
  readonly stream: () => Readable;
  readonly size: number;
  readonly type: string;
}

export function parseAddress(text: string): RegistryAddress {
  const [host = '', ...path] = text.replace(/\/+$/, '').split('/');
  if (!/^[\w.-]+(:\d+)?$/.test(host) || path.some((part) => !/^[a-z0-9]+([._-]+[a-z0-9]+)*$/.test(part)))
    throw new RegistryFailed(`${text} is no registry: expected HOST[:PORT][/PREFIX], without a scheme`);
  return { host, prefix: path.join('/') };
}

/** Speaks the OCI distribution protocol with one registry: logs in as it asks, and knows its authority. */
export class RegistryClient {
  readonly #settings: RegistrySettings;
  /** By scope: what a token is good for. */
  readonly #authorization = new Map<string, string>();

  readonly #agents = new Agents();

  constructor(settings: RegistrySettings) {
    this.#settings = settings;
  }

  repository(name: string): string {
    const { prefix } = this.#settings.address;
    return prefix === '' ? name : `${prefix}/${name}`;
  }

  /** Asks below /v2/. Throws RegistryFailed unless the status is one of these. */
  async ask(
    method: string,
    repository: string,
    path: string,
    expected: readonly number[],
    body?: Body,
  ): Promise<Answer> {
    const url = path.startsWith('http') ? path : `${this.origin}/v2/${this.repository(repository)}/${path}`;
    const scope = `repository:${this.repository(repository)}:pull,push`;
    // Only where it was asked for: an upload may be sent on to a storage elsewhere.
    const own = (): string | undefined =>
      url.startsWith(`${this.origin}/`) ? this.#authorization.get(scope) : undefined;
    let answer = await this.#once(method, url, own(), body);
    if (answer.status === 401) {
      const tokens = (where: string, authorization?: string): Promise<Answer> =>
        this.#once('GET', where, authorization);
      this.#authorization.set(scope, await challenged(answer, scope, this.#settings.login, tokens));
      answer = await this.#once(method, url, own(), body);
    }
    if (expected.includes(answer.status)) return answer;
    const { status, text } = answer;
    throw new RegistryFailed(
      `${method} ${shown(url)} answered ${status}${through(url, status)}${saying(text)}${body ? whyNotTaken(status) : ''}`,
    );
  }

  get origin(): string {
    return `${this.#settings.plainHttp ? 'http' : 'https'}://${this.#settings.address.host}`;
  }

  async #once(method: string, url: string, authorization?: string, body?: Body): Promise<Answer> {
    const accept =
      'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/json';
    const tls = url.startsWith('https:');
    const options: RequestOptions & { ca?: string } = {
      method,
      timeout: 60_000,
      headers: {
        accept,
        ...(authorization === undefined ? {} : { authorization }),
        ...(body ? { 'content-type': body.type, 'content-length': body.size } : {}),
      },
      ...(this.#settings.ca === undefined ? {} : { ca: this.#settings.ca }),
      ...(tls ? { agent: this.#agents.of(url) } : {}),
    };
    const ask = tls ? secure : plain;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const asked = ask(url, options, (heard) => {
          const chunks: Buffer[] = [];
          heard.on('data', (chunk: Buffer) => chunks.push(chunk));
          heard.on('error', reject);
          heard.on('end', () => {
            resolve({
              status: heard.statusCode ?? 0,
              headers: heard.headers,
              text: Buffer.concat(chunks).toString('utf8'),
            });
            // An upload that was refused before all of it was sent.
            if (!asked.writableFinished) asked.destroy();
          });
        });
        asked.on('error', reject);
        asked.on('timeout', () => asked.destroy(new Error('no answer within 60 s')));
        if (body) pipeline(body.stream(), asked).catch(reject);
        else asked.end();
      });
    } catch (error) {
      throw new RegistryFailed(`${method} ${shown(url)}: ${(error as Error).message}${tls ? noWay(url) : ''}`);
    }
  }
}

/** Without its query: that of an upload has its state, which is for nobody else. */
const shown = (url: string): string => url.split('?')[0]!;

/** What an upload that is not taken may lack: a registry whose disk is full tells its log alone. */
function whyNotTaken(status: number): string {
  if (status === 413) return '; what stands before the registry limits how large an upload may be';
  return status >= 500 ? '; its log says why: a full disk, most often' : '';
}

/** The registry's own words, as the protocol has them. */
function saying(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    const words = errors?.map(({ code, message }) => message ?? code).join('; ');
    return words ? `: ${words}` : '';
  } catch {
    return text.trim() === '' ? '' : `: ${text.trim().slice(0, 200)}`;
  }
}
