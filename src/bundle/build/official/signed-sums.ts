import type { Report } from '../../../engine/report.js';
import type { Downloads } from '../../downloads.js';
import { DownloadFailed } from '../../../engine/https.js';

/** Who may sign a project's list of sums (OpenPGP, RFC 9580, “Cleartext Signature Framework”). */
export interface Signers {
  /** Where the project keeps its public keys. They count by their fingerprints only, so it need not be trusted. */
  readonly keyring: string;
  /** Of primary keys: 40 hexadecimal digits. */
  readonly fingerprints: readonly string[];
}

/** A list of sums that was downloaded: its text, from where, and the part of a bundle that it is wanted for. */
interface List {
  readonly name: string;
  readonly url: string;
  readonly text: string;
}

/**
 * The part of a list of sums that its signature covers. What cannot be told, as it is not signed, or by nobody who is known
 * here, is said as a warning, and the list taken as it is. Throws DownloadFailed where it was altered after it was signed.
 */
export async function signedText(list: List, signers: Signers, downloads: Downloads, report: Report): Promise<string> {
  const { name, url, text } = list;
  const unproved = (why: string): string => {
    report({ what: `${name}: ${url} ${why}; its sums are believed as the site has them`, state: 'warning' });
    return text;
  };
  if (!text.includes('-----BEGIN PGP SIGNED MESSAGE-----')) return unproved('is not signed');
  // Some hundred kilobytes that nothing else needs.
  const { readCleartextMessage, readKeys, verify } = await import('openpgp');
  const { text: ring } = await downloads.text({ name, url: signers.keyring });
  const blocks = ring.match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g) ?? [];
  const keys = (await Promise.all(blocks.map((armoredKeys) => readKeys({ armoredKeys })))).flat();
  const known = keys.filter((key) => signers.fingerprints.includes(key.getFingerprint().toUpperCase()));
  const cleartextMessage = await readCleartextMessage({ cleartextMessage: text }).catch((error: unknown) => {
    throw new DownloadFailed(`${name}: the signature of ${url} cannot be read: ${(error as Error).message}`);
  });
  const { data, signatures } = await verify({ message: cleartextMessage, verificationKeys: known });
  const of = (id: { toHex(): string }) =>
    known.find((key) => key.getKeys().some((one) => one.getKeyID().toHex() === id.toHex()));
  const [by] = signatures.filter(({ keyID }) => of(keyID));
  if (!by) return unproved(`is signed with ${ids(signatures)}, which is no key that kha knows`);
  try {
    await by.verified;
  } catch (error) {
    throw new DownloadFailed(
      `${name}: ${url} is not what ${of(by.keyID)?.getFingerprint().toUpperCase()} signed: ${(error as Error).message}`,
    );
  }
  return data;
}

const ids = (signatures: readonly { keyID: { toHex(): string } }[]): string =>
  signatures.map(({ keyID }) => keyID.toHex().toUpperCase()).join(', ') || 'nothing';
