import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { textAt } from '../../export/fields.js';
import type { Login } from './login.js';

/** An API server that answered, and did not give what was asked. */
export class Refused extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Asks for a path, and gives the JSON that came. Throws Refused for an answer other than 200. */
export type Ask = (path: string) => Promise<unknown>;

/** Milliseconds without a byte after which an answer is given up, how often one is tried, and how long between. */
const patience = { silence: 60_000, tries: 3, pause: 1_000 };

export interface Api {
  readonly ask: Ask;
  readonly end: () => void;
}

/**
 * One connection kept, one question after the other: the old cluster has other work. What is cut off, or answered by
 * «too many» or «not now» (429, 5xx), is asked again; a question changes nothing. `times` is for tests.
 */
export function openApi(login: Login, times = patience): Api {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...login.tls });
  const ask: Ask = async (path) => {
    for (let tried = 1; ; tried++) {
      try {
        return await once(agent, login, path, times.silence);
      } catch (error) {
        const lasting = error instanceof Refused && error.status < 500 && error.status !== 429;
        if (lasting || tried === times.tries || untrusted(error)) throw error;
        await sleep(times.pause);
      }
    }
  };
  return { ask, end: () => agent.destroy() };
}

function once(agent: Agent, login: Login, path: string, silence: number): Promise<unknown> {
  const url = `${login.server}${path}`;
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void =>
      reject(new Error(`GET ${url}: ${reason(error)}\n${next(error)}`, { cause: undefined }));
    const headers = {
      accept: 'application/json',
      ...(login.authorization ? { authorization: login.authorization } : {}),
    };
    const asked = request(url, {
      agent,
      headers,
      timeout: silence,
      ...(login.serverName ? { servername: login.serverName } : {}),
    });
    asked.on('timeout', () => asked.destroy(new Error(`no byte came for ${silence / 1000} s`)));
    asked.on('error', failed);
    asked.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', failed);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const status = answer.statusCode ?? 0;
        const body = jsonOf(text);
        if (status !== 200)
          return reject(
            new Refused(`GET ${url}: ${status} ${textAt(body, 'message') ?? answer.statusMessage ?? ''}`, status),
          );
        if (body === undefined) return failed(new Error('the answer is no JSON, or was cut off'));
        resolve(body);
      });
    });
    asked.end();
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Told by who asked, who knows the address.
    return undefined;
  }
}

const code = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
const certificate = /CERT|ALTNAME|SELF_SIGNED|SSL|TLS/;
const reason = (error: Error): string =>
  `${error.message}${code(error) && !error.message.includes(code(error)) ? ` (${code(error)})` : ''}`;
const untrusted = (error: unknown): boolean => error instanceof Error && certificate.test(error.message);
const next = (error: Error): string =>
  certificate.test(`${code(error)} ${error.message}`)
    ? 'Next: see that the kubeconfig has the authority of this API server, names it as its certificate does, and has a client certificate that has not ended'
    : 'Next: see that this machine reaches the API server, and run it again: nothing was written';
