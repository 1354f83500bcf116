/** Values that were read by reference in this process; none of them may leave it in words. */
const known = new Set<string>();

/** Remembers a secret, so that `redact` masks it wherever it turns up, also as base64. Shorter than 4 would mask half the output. */
export function keepSecret(value: string): void {
  for (const form of [value, ...value.split('\n').filter((line) => line.length > 16)]) {
    if (form.trim().length < 4) continue;
    known.add(form.trim());
    known.add(Buffer.from(form.trim()).toString('base64'));
  }
}

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[private key]'],
  // A bootstrap token: six and sixteen characters (kubernetes.io, bootstrap tokens).
  [/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, '[token]'],
  [/((?:--certificate-key|certificateKey)\W{1,4})[0-9a-f]{64}/g, '$1[certificate key]'],
  [/(authorization:\s*\w+\s+)\S+/gi, '$1[credentials]'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s:@]+:[^/\s@]+@/gi, '$1[credentials]@'],
  [/((?:client-key-data|token|password|auth_pass)["']?[:=\s]+)["']?[^\s"']{6,}/gi, '$1[secret]'],
];

/** The text with everything that looks like a secret, or is known to be one, masked. */
export function redact(text: string): string {
  let plain = text;
  for (const value of [...known].sort((a, b) => b.length - a.length)) plain = plain.replaceAll(value, '[secret]');
  for (const [pattern, mask] of patterns) plain = plain.replace(pattern, mask);
  return plain;
}
