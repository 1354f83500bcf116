import { Agent } from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';

/**
 * Connections by HTTPS, straight or through the proxy that the environment names for an address: HTTPS_PROXY, ALL_PROXY and
 * NO_PROXY, as curl takes them. A login stands in the proxy's address and goes into no message.
 */
export class Agents implements Disposable {
  readonly straight = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #through = new Map<string, HttpsProxyAgent<string>>();

  of(url: string): Agent {
    const proxy = getProxyForUrl(url);
    if (proxy === '') return this.straight;
    const agent = this.#through.get(proxy) ?? new HttpsProxyAgent(proxy, { keepAlive: true, maxSockets: 8 });
    this.#through.set(proxy, agent);
    return agent;
  }

  [Symbol.dispose](): void {
    this.straight.destroy();
    for (const agent of this.#through.values()) agent.destroy();
  }
}

/** What an answer is to be blamed on besides the address, in brackets: the proxy, where it went through one. */
export function through(url: string, status?: number): string {
  const proxy = getProxyForUrl(url);
  if (proxy === '') return '';
  // RFC 9110, 15.5.8.
  const login = status === 407 ? ', which wants a login: name it as http://USER:PASSWORD@HOST:PORT' : '';
  return ` (through the proxy ${new URL(proxy).host}${login})`;
}

/** The same of an address that cannot be reached. */
export const noWay = (url: string): string =>
  through(url) || ' (no proxy is set for it; where one leads out, name it in HTTPS_PROXY)';
