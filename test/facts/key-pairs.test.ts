import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyOf } from '../../src/activities/certificate-flaws.js';
import { answer, type Fact } from '../../src/facts/fact.js';
import { keyPairs, state, type Held } from '../../src/facts/key-pairs.js';
import { signatures } from '../../src/facts/signatures.js';

let folder = '';
const path = (name: string): string => join(folder, name);
const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });

/** As a host answers it, with real openssl. */
function ask<T>(fact: Fact<T>, environment = process.env): T {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', fact.command], { encoding: 'utf8', env: environment });
  return answer(fact, { code: status ?? -1, stdout, stderr });
}

/** Two authorities of the same name, as kubeadm's are in every cluster, and a certificate that the first has signed. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kha-pairs-'));
  for (const name of ['one', 'two'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-subj',
      '/CN=kubernetes',
      '-days',
      '9',
    );
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=leaf');
  openssl('x509', '-req', '-in', 'leaf.csr', '-CA', 'one.crt', '-CAkey', 'one.key', '-days', '9', '-out', 'leaf.crt');
  openssl('pkey', '-in', 'one.key', '-pubout', '-out', 'one.pub');
  writeFileSync(path('empty.crt'), '');
  writeFileSync(path('junk.crt'), 'junk');
});
afterAll(() => rmSync(folder, { recursive: true }));

const held = (open: string, secret: string): Held =>
  ask(keyPairs([{ name: 'it', public: path(open), private: path(secret) }])).get('it')!;

describe('keyPairs', () => {
  it.each([
    ['one.crt', 'one.key', 'whole'],
    ['one.pub', 'one.key', 'whole'],
    ['one.crt', 'two.key', 'broken'],
    ['one.crt', 'none.key', 'part'],
    ['none.crt', 'one.key', 'part'],
    ['empty.crt', 'one.key', 'part'],
    ['junk.crt', 'one.key', 'broken'],
    ['none.crt', 'none.key', 'none'],
  ])('of %s and %s: %s', (open, secret, wanted) => expect(state(held(open, secret))).toBe(wanted));

  it('tells two authorities of the same name apart, and one from its copy not', () => {
    copyFileSync(path('one.crt'), path('copy.crt'));
    expect(held('one.crt', 'one.key')).toEqual(held('copy.crt', 'one.key'));
    expect(held('one.crt', 'one.key').public).not.toEqual(held('two.crt', 'two.key').public);
  });

  it('knows a certificate by its fingerprint, and its key as Node does', () => {
    const certificate = new X509Certificate(readFileSync(path('one.crt')));
    const print = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    expect(held('one.crt', 'one.key').public).toEqual({ print, key: keyOf(certificate) });
    expect(held('one.pub', 'one.key')).toEqual({
      public: { print: keyOf(certificate), key: keyOf(certificate) },
      private: { key: keyOf(certificate) },
    });
  });

  it('gives no answer where openssl is not there to look, and none that breaks off', () => {
    const pair = { name: 'it', public: path('one.crt'), private: path('one.key') };
    expect(() => ask(keyPairs([pair]), { PATH: '/nowhere' })).toThrow('openssl is not there');
    for (const stdout of [
      '',
      'pair it\n',
      'pair it\npublic\nabsent\nend\n',
      'pair it\npublic\n-----BEGIN PUBLIC KEY-----\nMII\nprivate\nabsent\nend\n',
      'pair other\npublic\nabsent\nprivate\nabsent\nend\n',
    ])
      expect(() => answer(keyPairs([pair]), { code: 0, stdout, stderr: '' })).toThrow('cannot be read');
  });
});

describe('signatures', () => {
  it('goes by the signature, not by the name', () => {
    const signed = (authority: string): string | undefined =>
      ask(signatures([{ path: path('leaf.crt'), authority: path(authority) }])).get(path('leaf.crt'));
    expect([signed('one.crt'), signed('two.crt'), signed('none.crt')]).toEqual(['signed', 'foreign', undefined]);
  });

  it('gives no answer where openssl is not there', () =>
    expect(() =>
      ask(signatures([{ path: path('leaf.crt'), authority: path('one.crt') }]), { PATH: '/nowhere' }),
    ).toThrow('openssl exited 127'));
});
