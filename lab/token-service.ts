import { createHash, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

/** What the program is started with: a file of JSON, as its only argument. */
export interface TokenSettings {
  readonly host: string;
  readonly port: number;
  /** PEM files; the registry takes tokens that are signed with this key. */
  readonly certificate: string;
  readonly key: string;
  readonly issuer: string;
  readonly service: string;
  /** SHA-256 of `name:password`, in hexadecimal. */
  readonly login: string;
  /** Whoever logs in may pull and push below it, and nowhere else. */
  readonly prefix: string;
  /** For how long a token is good. */
  readonly seconds: number;
}

/**
 * The token service of a careful lab's registry, as Harbor, GitLab and GHCR have one (distribution, token authentication and
 * its JSON Web Tokens). A program of its own, so that it goes on when kha has brought the lab up.
 */
const settings = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as TokenSettings;
const certificate = readFileSync(settings.certificate);
const key = createPrivateKey(readFileSync(settings.key));

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(scopes: readonly string[]): string {
  const now = Math.floor(Date.now() / 1000);
  const head = part({ typ: 'JWT', alg: 'ES256', x5c: [new X509Certificate(certificate).raw.toString('base64')] });
  const access = scopes.flatMap((scope) => {
    const [type = '', name = '', actions = ''] = scope.split(':');
    return name.startsWith(`${settings.prefix}/`) ? [{ type, name, actions: actions.split(',') }] : [];
  });
  const { issuer: iss, service: aud } = settings;
  const said = { iss, sub: 'kha', aud, iat: now, nbf: now - 5, exp: now + settings.seconds, jti: randomUUID(), access };
  const signed = `${head}.${part(said)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const knows = (authorization = ''): boolean => {
  const [, login = ''] = /^Basic (\S+)$/.exec(authorization) ?? [];
  return createHash('sha256').update(Buffer.from(login, 'base64')).digest('hex') === settings.login;
};

createServer({ cert: certificate, key: readFileSync(settings.key) }, ({ method, url, headers }, response) => {
  const answer = (status: number, of: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(of));
  };
  const { pathname, searchParams } = new URL(url ?? '/', 'https://registry');
  if (method !== 'GET' || pathname !== '/token') return answer(404, { errors: [{ code: 'NOT_FOUND' }] });
  if (!knows(headers.authorization)) return answer(401, { errors: [{ code: 'UNAUTHORIZED' }] });
  const scopes = searchParams.getAll('scope').flatMap((all) => all.split(' '));
  answer(200, { token: token(scopes), expires_in: settings.seconds });
}).listen(settings.port, settings.host);
