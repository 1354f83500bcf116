import { execFileSync } from 'node:child_process';
import { afterEach, expect, it, vi } from 'vitest';
import { authorityFlaws } from '../../src/activities/authority-flaws.js';
import { madeAuthority } from '../certificates.js';

const good = madeAuthority();
const other = madeAuthority();
const ec = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const locked = execFileSync('openssl', ['pkey', '-aes256', '-passout', 'pass:hunter2'], {
  input: good.key,
  encoding: 'utf8',
});

it('takes an authority with its key, of RSA and ECDSA', () => {
  expect(authorityFlaws(good.cert, good.key)).toEqual([]);
  expect(authorityFlaws(good.cert)).toEqual([]);
  const curved = madeAuthority({ key: ec });
  expect(authorityFlaws(curved.cert, curved.key)).toEqual([]);
});

afterEach(() => vi.useRealTimers());

it.each([
  [31, /^it ended on \d{4}-/],
  [-1, /^it begins on \d{4}-/],
])('refuses an authority of today in %i days', (days, words) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
  expect(authorityFlaws(good.cert, good.key)).toEqual([
    { half: 'cert', words: expect.stringMatching(words) as string },
  ]);
});

it.each<[string, { cert: string; key: string }, 'cert' | 'key', RegExp]>([
  ['a key of another', { cert: good.cert, key: other.key }, 'key', /not the key of the certificate/],
  ['a key with a passphrase', { cert: good.cert, key: locked }, 'key', /passphrase/],
  ['no key', { cert: good.cert, key: 'hunter2' }, 'key', /no private key in PEM/],
  ['a key that kubeadm does not know', madeAuthority({ key: ['ed25519'] }), 'key', /a key of ed25519/],
  ['a host’s certificate', madeAuthority({ ca: false }), 'cert', /not the certificate of an authority/],
  [
    'an authority that may not sign',
    madeAuthority({ more: ['-addext', 'keyUsage=digitalSignature'] }),
    'cert',
    /signing/,
  ],
  ['no certificate', { cert: good.key, key: good.key }, 'cert', /no certificate in PEM/],
  ['a chain', { cert: good.cert + other.cert, key: good.key }, 'cert', /holds 2 certificates/],
  ['a cut certificate', { cert: good.cert.replace(/\n.{40}/, '\n'), key: good.key }, 'cert', /cannot be read/],
])('refuses %s, and quotes nothing of it', (_, { cert, key }, half, words) => {
  const [flaw, ...more] = authorityFlaws(cert, key);
  expect(flaw).toMatchObject({ half, words: expect.stringMatching(words) as string });
  expect(more).toEqual([]);
  expect(flaw!.words).not.toContain('hunter2');
});
