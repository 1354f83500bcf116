import type { Fact } from './fact.js';
import { present, sh } from './sh.js';

export interface Certificate {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** Names and addresses that it is good for. */
  readonly names: readonly string[];
  readonly issuer: string;
  readonly subject: string;
}

/** X.509 certificates by path; what is not there, or openssl says is no certificate, is left out. Needs openssl on the host. */
export const certificates = (paths: readonly string[]): Fact<Map<string, Certificate>> => ({
  command:
    present +
    sh`for path in ${paths}; do if present "$path"; then pem=$(cat -- "$path") || exit 74; echo "== $path"; ` +
    `printf '%s\\n' "$pem" | openssl x509 -noout -enddate -issuer -subject -nameopt RFC2253 -ext subjectAltName 2>/dev/null; ` +
    // 1 is openssl's for an input that it cannot read.
    'code=$?; if [ "$code" -gt 1 ]; then echo "openssl exited $code" >&2; exit 70; fi; fi; done',
  parse({ stdout }) {
    const found = new Map<string, Certificate>();
    for (const part of stdout.split(/^== /m).slice(1)) {
      const path = part.slice(0, part.indexOf('\n'));
      const end = /^notAfter=(.*)$/m.exec(part)?.[1];
      if (!end) continue;
      found.set(path, {
        path,
        expires: Date.parse(end),
        names: [...part.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = '']) => name),
        issuer: /^issuer=(.*)$/m.exec(part)?.[1] ?? '',
        subject: /^subject=(.*)$/m.exec(part)?.[1] ?? '',
      });
    }
    return found;
  },
});
