import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly line: number;
  readonly marker: '' | '@revoked' | '@cert-authority';
  readonly patterns: readonly string[];
  readonly type: string;
  readonly key: Buffer;
}

export interface Verdict {
  readonly verdict: 'known' | 'unknown' | 'changed' | 'revoked';
  /** The line that decided; 0 for an unknown key. */
  readonly line: number;
}

/** Reads what can be read; a line that is none of the format's is passed over, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownHost[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    const words = content.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? (words.shift() as KnownHost['marker']) : '';
    const [names = '', type = '', key = ''] = words;
    if (names === '' || names.startsWith('#') || key === '') return [];
    return [{ line: index + 1, marker, patterns: names.split(','), type, key: Buffer.from(key, 'base64') }];
  });
}

/** What the file says of a key that a host shows. `port` other than 22 is looked up as `[host]:port`. */
export function judge(entries: readonly KnownHost[], host: string, port: number, key: Buffer): Verdict {
  const mine = entries.filter((entry) => entry.marker !== '@cert-authority' && names(entry, host, port));
  const revoked = entries.find(
    (entry) => entry.marker === '@revoked' && entry.key.equals(key) && names(entry, host, port),
  );
  if (revoked) return { verdict: 'revoked', line: revoked.line };
  const keys = mine.filter(({ marker }) => marker === '');
  const same = keys.find((entry) => entry.key.equals(key));
  if (same) return { verdict: 'known', line: same.line };
  const [other] = keys;
  return other ? { verdict: 'changed', line: other.line } : { verdict: 'unknown', line: 0 };
}

/** The certificate authority that the file has for a host. */
export const authorityFor = (entries: readonly KnownHost[], host: string, port: number): KnownHost | undefined =>
  entries.find((entry) => entry.marker === '@cert-authority' && names(entry, host, port));

/** Key types on file for a host: asked for first, or a host with several keys would look changed. */
export function knownTypes(entries: readonly KnownHost[], host: string, port: number): string[] {
  return [
    ...new Set(entries.filter((entry) => entry.marker === '' && names(entry, host, port)).map(({ type }) => type)),
  ];
}

/** How the file names a host: `[host]:port` where the port is another than 22. */
export const nameOf = (host: string, port: number): string => (port === 22 ? host : `[${host}]:${port}`);

/** As `ssh-keygen -l` prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

function names({ patterns }: KnownHost, host: string, port: number): boolean {
  const wanted = nameOf(host, port).toLowerCase();
  let matched = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (!matches(negated ? pattern.slice(1) : pattern, wanted)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

function matches(pattern: string, wanted: string): boolean {
  if (pattern.startsWith('|1|')) return hashed(pattern, wanted);
  const expression = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(wanted);
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt. */
function hashed(pattern: string, wanted: string): boolean {
  const [, , salt = '', hash = ''] = pattern.split('|');
  const expected = Buffer.from(hash, 'base64');
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(wanted).digest();
  return expected.length === found.length && timingSafeEqual(expected, found);
}
