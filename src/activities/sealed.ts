import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

/** A secret that only the holder of one private key can read; all of it is base64. */
export interface Sealed {
  /** The sender's public key, made for this one secret. */
  readonly key: string;
  readonly nonce: string;
  readonly tag: string;
  readonly data: string;
}

/** What one client asks with: its public key travels, and `open` reads the answer. Never used twice. */
export interface Receiver {
  readonly publicKey: string;
  /** Throws when the secret was sealed for somebody else or was tampered with. */
  readonly open: (sealed: Sealed) => string;
}

const cipher = 'aes-256-gcm';
const exported = { format: 'der', type: 'spki' } as const;

/**
 * A secret has to come back through a workflow, whose history keeps what passes: so it passes sealed for a key that
 * dies with the client (X25519, HKDF-SHA256 and AES-256-GCM: RFC 7748, RFC 5869, NIST SP 800-38D).
 */
export function receiver(): Receiver {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: publicKey.export(exported).toString('base64'),
    open: ({ key, nonce, tag, data }) => {
      const secret = shared(privateKey, imported(key));
      const decipher = createDecipheriv(cipher, secret, Buffer.from(nonce, 'base64'));
      decipher.setAuthTag(Buffer.from(tag, 'base64'));
      return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString('utf8');
    },
  };
}

/** Seals a text for whoever holds the private half of the key. Throws when it is no X25519 key. */
export function seal(text: string, publicKey: string): Sealed {
  const own = generateKeyPairSync('x25519');
  const nonce = randomBytes(12);
  const encipher = createCipheriv(cipher, shared(own.privateKey, imported(publicKey)), nonce);
  const data = Buffer.concat([encipher.update(text, 'utf8'), encipher.final()]);
  return {
    key: own.publicKey.export(exported).toString('base64'),
    nonce: nonce.toString('base64'),
    tag: encipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  };
}

const imported = (key: string): KeyObject => createPublicKey({ key: Buffer.from(key, 'base64'), ...exported });

const shared = (privateKey: KeyObject, publicKey: KeyObject): Buffer =>
  Buffer.from(hkdfSync('sha256', diffieHellman({ privateKey, publicKey }), '', 'kha: sealed answer', 32));
