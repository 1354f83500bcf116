import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BundleRefused } from './archive.js';

/** The entry of a bundle that has its signature: Ed25519 (RFC 8032) over the bytes of index.json, which names all else by digest. */
export const signatureName = 'signature.json';

export const signatureSchema = z.strictObject({
  algorithm: z.literal('ed25519'),
  /** Of the public key that goes with it: see fingerprint. */
  key: z.string(),
  /** Base64. */
  signature: z.base64(),
});
export type Signature = z.output<typeof signatureSchema>;

/** SHA-256 of the public key’s SubjectPublicKeyInfo, as `SHA256:` and base64. */
function fingerprint(key: KeyObject): string {
  const open = key.type === 'private' ? createPublicKey(key) : key;
  const hash = createHash('sha256').update(open.export({ type: 'spki', format: 'der' }));
  return `SHA256:${hash.digest('base64')}`;
}

/** Signs with a private key in a PEM file. Throws when it is no Ed25519 key. */
export async function signed(index: Buffer, keyFile: string): Promise<Signature> {
  const key = keyOf(await readFile(keyFile), keyFile, createPrivateKey);
  return { algorithm: 'ed25519', key: fingerprint(key), signature: sign(null, index, key).toString('base64') };
}

/** Throws BundleRefused unless the signature is this public key’s, in a PEM file, over this index. */
export async function demandSignature(
  index: Buffer,
  { key: named, signature }: Signature,
  keyFile: string,
): Promise<void> {
  const key = keyOf(await readFile(keyFile), keyFile, createPublicKey);
  if (fingerprint(key) !== named)
    throw new BundleRefused(`it is signed with ${named}, and ${keyFile} is ${fingerprint(key)}`);
  if (!verify(null, index, key, Buffer.from(signature, 'base64')))
    throw new BundleRefused('its signature is not of this index.json: it was altered after it was signed');
}

function keyOf(pem: Buffer, file: string, make: (pem: Buffer) => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = make(pem);
  } catch {
    throw new Error(
      `${file} is no PEM file with a key; make one with: openssl genpkey -algorithm ed25519 -out key.pem`,
    );
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`${file} is a key of type ${key.asymmetricKeyType}, and bundles are signed with ed25519`);
  return key;
}
