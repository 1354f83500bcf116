import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A registry that refuses, or cannot be reached. The message names it, what was asked, and what came back. */
export class RegistryFailed extends Error {}

export interface Login {
  readonly username: string;
  readonly password: string;
}

const token = z.union([
  z.object({ token: z.string() }).transform((all) => all.token),
  z.object({ access_token: z.string() }).transform((all) => all.access_token),
]);

/**
 * What to send as Authorization after a registry answered 401: the login itself, or a token that its token service gives
 * for it, as Harbor, GitLab and GHCR want it (distribution's token authentication). Throws RegistryFailed.
 */
export async function challenged(
  { headers }: Answer,
  scope: string,
  login: Login | undefined,
  get: (url: string, authorization?: string) => Promise<Answer>,
): Promise<string> {
  const challenge = headers['www-authenticate'] ?? '';
  const basic = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  if (/^basic /i.test(challenge)) {
    if (basic) return basic;
    throw new RegistryFailed('the registry asks for a login, and none is given');
  }
  const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));
  const realm = fields.get('realm');
  if (!/^bearer /i.test(challenge) || realm === undefined)
    throw new RegistryFailed(`the registry answers 401 and does not say how to log in: ${challenge}`);
  const url = new URL(realm);
  const service = fields.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  const answer = await get(url.href, basic);
  if (answer.status !== 200)
    throw new RegistryFailed(
      `${url.origin} gives no token for ${scope}: it answered ${answer.status}${login ? '; see that the login is right and has not expired' : '; no login is given'}`,
    );
  return `Bearer ${token.parse(JSON.parse(answer.text))}`;
}
