import { createCleartextMessage, generateKey, sign } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { runcSigners } from '../../../src/bundle/build/official/downloads.js';
import { signedText } from '../../../src/bundle/build/official/signed-sums.js';
import type { Downloads } from '../../../src/bundle/downloads.js';

const sums = `${'a'.repeat(64)}  runc.amd64\n${'b'.repeat(64)}  runc.arm64`;
const url = 'https://github.com/opencontainers/runc/releases/download/v1.5.2/runc.sha256sum';
const made = async (date?: Date) => {
  const userIDs = [{ name: 'a maintainer', email: 'm@example.org' }];
  const { privateKey, publicKey } = await generateKey({
    userIDs,
    format: 'object',
    ...(date ? { date, keyExpirationTime: 86_400 } : {}),
  });
  const signed = async (text: string): Promise<string> =>
    sign({ message: await createCleartextMessage({ text }), signingKeys: privateKey, ...(date ? { date } : {}) });
  return { signed, armor: publicKey.armor(), fingerprint: publicKey.getFingerprint().toUpperCase() };
};
let known: Awaited<ReturnType<typeof made>>;
let other: typeof known;
beforeAll(async () => {
  [known, other] = await Promise.all([made(), made()]);
});

/** What is made of a list, with the project’s keyring as it is there. */
async function told(text: string, { keyring = `${other.armor}\nuid  somebody\n${known.armor}`, trusted = known } = {}) {
  const warnings: string[] = [];
  const downloads = { text: async () => Promise.resolve({ text: keyring }) } as unknown as Downloads;
  const signers = { keyring: 'https://ring', fingerprints: [trusted.fingerprint] };
  const found = await signedText({ name: 'bin/amd64/runc', url, text }, signers, downloads, ({ what }) =>
    warnings.push(what),
  ).catch((error: Error) => error.message);
  return { found, warnings };
}

describe('a list of sums', () => {
  it('signed by a known key gives what is signed, and nothing that stands around it', async () => {
    const text = `${'c'.repeat(64)}  runc.amd64\n${await known.signed(sums)}${'d'.repeat(64)}  runc.amd64\n`;
    const { found, warnings } = await told(await known.signed(sums));
    expect([found, warnings]).toEqual([sums, []]);
    expect((await told(text)).found).not.toContain('dddd');
    expect((await told(text)).found).not.toContain('cccc');
  });

  it('counts where its key has expired since', async () => {
    const expired = await made(new Date('2024-05-01'));
    const { found } = await told(await expired.signed(sums), { keyring: expired.armor, trusted: expired });
    expect(found).toBe(sums);
  });

  it('that was altered after it was signed is refused, with file, list and key', async () => {
    const { found } = await told((await known.signed(sums)).replace(/^aaaa/m, 'ffff'));
    expect(found).toMatch(/^bin\/amd64\/runc: https:\S+runc\.sha256sum is not what [0-9A-F]{40} signed: /);
    expect(found).toContain(known.fingerprint);
  });

  it('whose signature is cut off is refused', async () => {
    const { found } = await told((await known.signed(sums)).replace(/\n[^\n]+\n-----END PGP SIGNATURE-----/, '\n'));
    expect(found).toMatch(/^bin\/amd64\/runc: the signature of https:\S+ cannot be read: /);
  });

  it.each([
    [
      'that is not signed',
      () => Promise.resolve(sums),
      /runc\.sha256sum is not signed; its sums are believed as the site/,
    ],
    [
      'signed by a key that nobody pinned',
      () => other.signed(sums),
      /is signed with [0-9A-F]{16}, which is no key that kha/,
    ],
  ])('%s is taken, and a warning says so', async (_, text, words) => {
    const { found, warnings } = await told(await text());
    expect(found).toContain('aaaa');
    expect(warnings).toEqual([expect.stringMatching(words)]);
  });

  it('is not proved by a key that the keyring has under the name of a pinned one', async () => {
    const { warnings } = await told(await other.signed(sums), { keyring: other.armor });
    expect(warnings).toHaveLength(1);
  });
});

it('of runc may be signed by its three maintainers of August 2026', () =>
  expect(runcSigners.fingerprints.every((one) => /^[0-9A-F]{40}$/.test(one))).toBe(true));
