import type { Fact } from './fact.js';
import { present, sh } from './sh.js';

/** A certificate or a bare public key, and the private key that belongs to it. */
export interface KeyPair {
  readonly name: string;
  /** `.crt` holds a certificate, `.pub` a public key. */
  readonly public: string;
  readonly private: string;
}

/** One half as a host holds it, by its public key (SubjectPublicKeyInfo, DER in base64); `unreadable` is there and is neither. */
export type Half = 'absent' | 'unreadable' | { readonly key: string };

export interface Held {
  /** `print` is the certificate's own fingerprint (SHA-256, hex); of a bare public key the key itself. */
  readonly public: 'absent' | 'unreadable' | { readonly print: string; readonly key: string };
  readonly private: Half;
}

const absent: Held = { public: 'absent', private: 'absent' };

/**
 * What a host holds of each pair. An empty file is one that nobody came to write, and counts as absent. Needs openssl,
 * but only where there is something to look at, and once for each file. Throws where the host did not say it of every file.
 */
export const keyPairs = (pairs: readonly KeyPair[]): Fact<Map<string, Held>> => ({
  command:
    present +
    'half() { echo "$1"; if ! present "$2" || [ ! -s "$2" ]; then echo absent; return; fi; ' +
    `command -v openssl >/dev/null || { echo "openssl is not there to look at certificates" >&2; exit 69; }; ` +
    'case "$1 $2" in private*) openssl pkey -in "$2" -passin pass: -pubout;; ' +
    '*.crt) openssl x509 -in "$2" -noout -fingerprint -sha256 -pubkey;; ' +
    '*) openssl pkey -pubin -in "$2" -pubout;; esac 2>/dev/null || echo unreadable; }; ' +
    pairs
      .map((one) => sh`echo ${`pair ${one.name}`}; half public ${one.public}; half private ${one.private}; `)
      .join('') +
    'echo end',
  parse({ stdout }) {
    if (!/(^|\n)end\n$/.test(stdout)) throw new Error('the answer breaks off');
    const found = new Map<string, Held>();
    for (const part of stdout
      .slice(0, -'end\n'.length)
      .split(/^pair /m)
      .slice(1)) {
      const [, name, open, secret] = /^(.*)\npublic\n([^]*\n)private\n([^]*\n)$/.exec(part) ?? [];
      if (name === undefined) throw new Error(`the host says of a pair: ${JSON.stringify(part)}`);
      found.set(name, { public: publicHalf(open!), private: half(secret!) });
    }
    const missing = pairs.find(({ name }) => !found.has(name));
    if (missing) throw new Error(`the host does not say whether it has ${missing.name}`);
    return found;
  },
});

function publicHalf(text: string): Held['public'] {
  const found = half(text);
  if (typeof found === 'string') return found;
  const [, print] = /^sha256 fingerprint=([0-9a-f:]{95})$/im.exec(text) ?? [];
  return { ...found, print: print?.replaceAll(':', '').toLowerCase() ?? found.key };
}

function half(text: string): Half {
  if (text === 'absent\n') return 'absent';
  if (text.endsWith('unreadable\n')) return 'unreadable';
  const [, key] = /^-----BEGIN PUBLIC KEY-----\n([\w+/=\n]+)-----END PUBLIC KEY-----$/m.exec(text) ?? [];
  if (key === undefined) throw new Error(`the host says of a certificate or key: ${JSON.stringify(text)}`);
  return { key: key.replaceAll('\n', '') };
}

/** `none`: neither half. `whole`: both, and they belong together. `part`: one half alone. `broken`: what nobody can use. */
export function state({ public: open, private: secret }: Held = absent): 'none' | 'whole' | 'part' | 'broken' {
  if (open === 'unreadable' || secret === 'unreadable') return 'broken';
  if (open === 'absent') return secret === 'absent' ? 'none' : 'part';
  if (secret === 'absent') return 'part';
  return open.key === secret.key ? 'whole' : 'broken';
}
