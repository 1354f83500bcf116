import type { Fact } from './fact.js';
import { present, sh } from './sh.js';

/** A certificate or a bare public key, and the private key that belongs to it. */
export interface KeyPair {
  readonly name: string;
  /** `.crt` holds a certificate, `.pub` a public key. */
  readonly public: string;
  readonly private: string;
}

/** One half as a host holds it: SHA-256 fingerprints (hex), never the key; `unreadable` is there and is neither. */
export type Half = 'absent' | 'unreadable' | { readonly key: string };

export interface Held {
  /** `print` is the certificate's own fingerprint; of a bare public key the key's. */
  readonly public: 'absent' | 'unreadable' | { readonly print: string; readonly key: string };
  readonly private: Half;
}

const absent: Held = { public: 'absent', private: 'absent' };

/**
 * What a host holds of each pair. An empty file is one that nobody came to write, and counts as absent. Needs openssl,
 * but only where there is something to look at. Throws where the host did not say it of every file.
 */
export const keyPairs = (pairs: readonly KeyPair[]): Fact<Map<string, Held>> => ({
  command:
    `print() { openssl pkey "$@" -outform der 2>/dev/null | sha256sum | cut -c -64; }; ` +
    present +
    'there() { present "$1" && [ -s "$1" ]; }; ' +
    `public() { there "$1" || { echo "public absent"; return; }; need; case $1 in *.crt) openssl x509 -in "$1" -noout 2>/dev/null || { echo "public unreadable"; return; }; ` +
    `echo "public $(openssl x509 -in "$1" -outform der | sha256sum | cut -c -64) $(openssl x509 -in "$1" -noout -pubkey | print -pubin)";; ` +
    `*) openssl pkey -pubin -in "$1" -noout 2>/dev/null || { echo "public unreadable"; return; }; echo "public $(print -pubin -in "$1") $(print -pubin -in "$1")";; esac; }; ` +
    `private() { there "$1" || { echo "private absent"; return; }; need; openssl pkey -in "$1" -passin pass: -noout 2>/dev/null || { echo "private unreadable"; return; }; echo "private $(print -in "$1" -passin pass: -pubout)"; }; ` +
    `need() { command -v openssl >/dev/null || { echo "openssl is not there to look at certificates" >&2; exit 69; }; }; ` +
    pairs.map((one) => sh`echo ${`pair ${one.name}`}; public ${one.public}; private ${one.private}; `).join('') +
    'echo end',
  parse({ stdout }) {
    if (!stdout.endsWith('end\n')) throw new Error('the answer breaks off');
    const found = new Map<string, Held>();
    for (const part of stdout.split(/^pair /m).slice(1)) {
      const [name = '', ...lines] = part.split('\n');
      found.set(name, { public: publicHalf(lines[0]), private: privateHalf(lines[1]) });
    }
    const missing = pairs.find(({ name }) => !found.has(name));
    if (missing) throw new Error(`the host does not say whether it has ${missing.name}`);
    return found;
  },
});

function publicHalf(line = ''): Held['public'] {
  const [, print = '', key = ''] = /^public (absent|unreadable|[0-9a-f]{64})(?: ([0-9a-f]{64}))?$/.exec(line) ?? [];
  if (print === 'absent' || print === 'unreadable') return print;
  if (print === '' || key === '') throw new Error(`the host says of a certificate: ${JSON.stringify(line)}`);
  return { print, key };
}

function privateHalf(line = ''): Half {
  const key = /^private (absent|unreadable|[0-9a-f]{64})$/.exec(line)?.[1];
  if (key === undefined) throw new Error(`the host says of a key: ${JSON.stringify(line)}`);
  return key === 'absent' || key === 'unreadable' ? key : { key };
}

/** `none`: neither half. `whole`: both, and they belong together. `part`: one half alone. `broken`: what nobody can use. */
export function state({ public: open, private: secret }: Held = absent): 'none' | 'whole' | 'part' | 'broken' {
  if (open === 'unreadable' || secret === 'unreadable') return 'broken';
  if (open === 'absent') return secret === 'absent' ? 'none' : 'part';
  if (secret === 'absent') return 'part';
  return open.key === secret.key ? 'whole' : 'broken';
}
