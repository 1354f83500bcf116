import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loginOf } from '../../../src/client/export/login.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-login-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'ca.crt'), 'CA');
writeFileSync(join(folder, 'token'), 'from-a-file\n');

const config = (cluster: object, user: object): string =>
  stringify({
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.9:8443/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'old', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'old',
  });
const login = (text: string, context?: string): ReturnType<typeof loginOf> =>
  loginOf(text, join(folder, 'config'), context);

describe('loginOf', () => {
  it.each([
    [
      'certificates in it',
      { 'certificate-authority-data': 'Q0E=' },
      { 'client-certificate-data': 'Q1JU', 'client-key-data': 'S0VZ' },
      { tls: { ca: 'CA', cert: 'CRT', key: 'KEY' } },
    ],
    [
      'an authority beside it, and a token',
      { 'certificate-authority': 'ca.crt', 'tls-server-name': 'api' },
      { token: 't' },
      { tls: { ca: 'CA' }, serverName: 'api', authorization: 'Bearer t' },
    ],
    ['a token in a file', {}, { tokenFile: 'token' }, { tls: {}, authorization: 'Bearer from-a-file' }],
    [
      'a password, as 1.9 takes them',
      {},
      { username: 'admin', password: 'p' },
      { tls: {}, authorization: 'Basic YWRtaW46cA==' },
    ],
  ])('takes %s', async (_, cluster, user, made) => {
    expect(await login(config(cluster, user))).toEqual({ server: 'https://10.0.0.9:8443', ...made });
  });

  it.each([
    ['another context', config({}, {}), 'new', /has no context new; it has: old/],
    ['unchecked TLS', config({ 'insecure-skip-tls-verify': true }, {}), undefined, /kha always does/],
    ['plain http', config({ server: 'http://10.0.0.9' }, {}), undefined, /no cluster with an https server/],
    ['a program that logs in', config({}, { exec: { command: 'aws' } }), undefined, /logs in by exec/],
    [
      'a file that is not there',
      config({ 'certificate-authority': 'no.crt' }, {}),
      undefined,
      /names .*no\.crt, which cannot be read: ENOENT/,
    ],
    ['no kubeconfig', 'client-key-data: [S0VZ', undefined, /is no kubeconfig: it has no list of clusters$/],
  ])('refuses %s, and quotes nothing', async (_, text, context, words) => {
    await expect(login(text, context)).rejects.toThrow(words);
  });
});
