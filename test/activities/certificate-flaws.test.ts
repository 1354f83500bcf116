import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { certificateFlaws, firstCertificate, keyOf } from '../../src/activities/certificate-flaws.js';
import type { WantedCertificate } from '../../src/steps/requests.js';
import { madeAuthority, signedBy } from '../certificates.js';

const site = madeAuthority({ more: ['-days', '3650'] });
const curved = madeAuthority({ key: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], more: ['-days', '3650'] });

const usual = 'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:m1,IP:10.0.0.11\n';

/** A request of a host for this subject, in PEM. */
function request(subject: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kha-request-'));
  try {
    execFileSync(
      'openssl',
      [
        'req',
        '-new',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-noenc',
        '-subj',
        subject,
        '-keyout',
        join(folder, 'key'),
        '-out',
        join(folder, 'csr'),
      ],
      { stdio: 'pipe' },
    );
    return readFileSync(join(folder, 'csr'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const csr = request('/O=members/CN=m1');

/** What is found of a certificate, as it was signed. */
function flaws(pem: string, more: Partial<WantedCertificate> = {}, authority = site): string[] {
  const { certificate } = firstCertificate(pem)!;
  return certificateFlaws(certificate, authority.cert, {
    authority: { field: 'etcdCA', name: 'etcd/ca', cert: '/keys/etcd-ca.crt' },
    commonName: 'm1',
    organizations: ['members'],
    names: ['m1', '10.0.0.11'],
    usages: ['serverAuth', 'clientAuth'],
    key: keyOf(certificate),
    least: 30 * 86_400_000,
    ...more,
  });
}
afterEach(() => vi.useRealTimers());

it('takes what was asked for, whatever kinds of keys, and whatever an authority adds', () => {
  expect(flaws(signedBy(site, csr, { extensions: usual }))).toEqual([]);
  expect(flaws(signedBy(curved, csr, { extensions: usual }), {}, curved)).toEqual([]);
  const more =
    'extendedKeyUsage=serverAuth,clientAuth,codeSigning\nsubjectAltName=DNS:m1,DNS:m1.example,IP:10.0.0.11\n';
  expect(flaws(signedBy(site, csr, { extensions: more }))).toEqual([]);
  expect(flaws(signedBy(site, request('/C=AQ/O=members/OU=ice/CN=m1'), { extensions: usual }))).toEqual([]);
  // No extended key usage at all lets it be used for anything.
  expect(flaws(signedBy(site, csr, { extensions: 'subjectAltName=DNS:m1,IP:10.0.0.11\n' }))).toEqual([]);
  // A chain: the first is the host's.
  expect(flaws(signedBy(site, csr, { extensions: usual }) + site.cert)).toEqual([]);
});

it.each<[string, string, RegExp, Partial<WantedCertificate>?]>([
  [
    'another authority',
    signedBy(curved, csr, { extensions: usual }),
    /not signed by certificates\.etcdCA \(\/keys\/etcd-ca\.crt\)/,
  ],
  // Of the same name, and with another key.
  ['an authority of the same name', signedBy(madeAuthority(), csr, { extensions: usual }), /not signed by/],
  ['another key', signedBy(site, csr, { extensions: usual }), /^it is of another key/, { key: 'ab'.repeat(32) }],
  [
    'another name',
    signedBy(site, csr, { extensions: usual, more: ['-days', '365'] }),
    /its common name is m1, not m2/,
    { commonName: 'm2' },
  ],
  [
    'one group more',
    signedBy(site, request('/O=members/O=system:masters/CN=m1'), { extensions: usual }),
    /its organization is .*system:masters.*, not members/,
  ],
  ['no group', signedBy(site, request('/CN=m1'), { extensions: usual }), /its organization is none, not members/],
  [
    'a name too few',
    signedBy(site, csr, { extensions: 'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:m1\n' }),
    /not good for 10\.0\.0\.11/,
  ],
  [
    'no names',
    signedBy(site, csr, { extensions: 'extendedKeyUsage=serverAuth,clientAuth\n' }),
    /not good for m1, 10\.0\.0\.11/,
  ],
  ['another use', signedBy(site, csr, { extensions: usual.replace(',clientAuth', '') }), /not for clientAuth/],
  ['an authority’s certificate', signedBy(site, csr, { extensions: `${usual}basicConstraints=CA:TRUE\n` }), /CA:TRUE/],
  [
    'a short life',
    signedBy(site, csr, { extensions: usual, more: ['-days', '29'] }),
    /it ends at \d{4}-\S+ \S+ UTC, and should be good for 30 days at least/,
  ],
])('refuses %s', (_, pem, words, more) => {
  const found = flaws(pem, more);
  expect(found).toEqual([expect.stringMatching(words)]);
});

it.each([
  [-1, /^it begins at \d{4}-\S+ \S+ UTC only$/],
  [366, /^it ended at /],
])('refuses one of today in %i days', (days, words) => {
  const pem = signedBy(site, csr, { extensions: usual });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
  expect(flaws(pem)).toEqual([expect.stringMatching(words)]);
});

it.each(['', 'text', site.key, site.cert.slice(0, -30), site.cert.replace(/\n.{40}/, '\n')])(
  'finds no certificate in %#',
  (text) => expect(firstCertificate(text)).toBeUndefined(),
);
