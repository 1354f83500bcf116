import { execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/engine/ports.js';
import type { Folder } from './samples.js';

export const robot = { username: 'robot$kha', password: 'secret' };

/** Debian's docker-registry, which asks for tokens of a service beside it, as Harbor, GitLab and GHCR do. */
export async function realRegistry(
  folder: Folder,
  rootdirectory = folder.at('storage'),
): Promise<AsyncDisposable & { host: string; scopes: string[] }> {
  const [key, certificate] = [folder.at('token.key'), folder.at('token.crt')];
  const making = ['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-days', '2', '-subj', '/CN=tokens'];
  execFileSync('openssl', [...making, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const scopes: string[] = [];
  const tokens = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://any');
    const login = Buffer.from(`${robot.username}:${robot.password}`).toString('base64');
    if (request.headers.authorization !== `Basic ${login}`) {
      response.writeHead(401).end();
      return;
    }
    const scope = searchParams.get('scope') ?? '';
    scopes.push(scope);
    response.end(JSON.stringify({ token: token(scope, key, certificate) }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => tokens.once('listening', resolve));
  const host = `127.0.0.1:${await freePort(20_000)}`;
  const configuration = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory } },
    http: { addr: host },
    auth: {
      token: {
        realm: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`,
        service: 'registry',
        issuer: 'tokens',
        rootcertbundle: certificate,
      },
    },
  };
  const program = spawn('docker-registry', ['serve', folder.file('registry.yml', JSON.stringify(configuration))], {
    stdio: 'ignore',
  });
  for (let tries = 0; !(await fetch(`http://${host}/v2/`).catch(() => undefined)); tries += 1) {
    if (tries > 200) throw new Error('docker-registry does not answer');
    await sleep(50);
  }
  return {
    host,
    scopes,
    async [Symbol.asyncDispose]() {
      tokens.close();
      const ended = new Promise((resolve) => program.once('exit', resolve));
      program.kill();
      await ended;
    },
  };
}

/** A JSON web token as the registry wants it: with the certificate that signed it (distribution, token authentication). */
function token(scope: string, key: string, certificate: string): string {
  const [type, name, actions = ''] = scope.split(':');
  const now = Math.floor(Date.now() / 1000);
  const der = readFileSync(certificate, 'utf8').replaceAll(/-----.*-----|\s/g, '');
  const parts = [
    { typ: 'JWT', alg: 'RS256', x5c: [der] },
    {
      iss: 'tokens',
      sub: robot.username,
      aud: 'registry',
      iat: now - 5,
      nbf: now - 5,
      exp: now + 300,
      jti: randomUUID(),
      access: [{ type, name, actions: actions.split(',') }],
    },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signature = sign('sha256', Buffer.from(parts.join('.')), createPrivateKey(readFileSync(key)));
  return [...parts, signature.toString('base64url')].join('.');
}
